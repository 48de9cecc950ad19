// Implementations by name: what they are, whether they are here, and how to start their adapters.
//
//   reference     the reference runtime, which is part of this program's runfiles
//   go            the toolchain `go` on PATH
//   go=PATH       any other, or a wrapper of one; it is only ever called as `PATH build ...`
//   gccgo         the compiler gccgo, gccgo-N on PATH
//   gccgo=PATH    any other, or the go command of one
//   cpython, ghc, java, node, ruby, tokio
//                 by python3, ghc, a JDK, node, ruby and cargo (toolchain_adapter.h)
//   cpython=PATH  ... any other of them
//   a path        an adapter: an executable that speaks adapter/PROTOCOL.md
//
// Errors: one line that names the tool and the remedy. Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_IMPLEMENTATION_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_IMPLEMENTATION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/implementations/build_limits.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

struct Implementation {
  std::string name;               // "reference", "go", "gccgo", or the adapter's file name
  std::vector<std::string> argv;  // how to start its adapter
  std::string expectations;       // its expectations file's contents; empty: none
};

// Builds the adapter into `scratch_dir`, which must exist and outlive its use; what a compiler
// leaves there meanwhile is removed. nullopt: `failure` and `error`.
std::optional<Implementation> BuildImplementation(const std::string& name,
                                                  const std::string& scratch_dir,
                                                  BuildFailure& failure, std::string& error,
                                                  const BuildLimits& limits = {});

// What a scenario's tunables need in the environment of the adapter's process, as "NAME=value":
// settings that a runtime reads only at its start. What the user set there stays.
std::vector<std::string> EnvironmentFor(const Implementation& implementation,
                                        const Scenario& scenario);

// The contents of the expectations file of a built-in implementation; empty: there is none.
std::string_view BuiltInExpectations(std::string_view name);

struct FoundImplementation {
  std::string name;   // what `check` takes: "go", "go=/usr/lib/go-1.19/bin/go"
  std::string about;  // where it is, or that it is missing
};

// Those that this machine has, and the names of those that it lacks.
std::vector<FoundImplementation> FindImplementations();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_IMPLEMENTATION_H_
