// Builds the Go adapter with one toolchain, gc or gccgo.
//
// Errors: one line that names the toolchain. Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_GO_ADAPTER_BUILD_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_GO_ADAPTER_BUILD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/implementations/build_limits.h"

namespace proctor {

class GoAdapterBuild {
 public:
  // `tool`: the path of a go command, or of a gccgo compiler or its go command. Everything is made
  // in `scratch_dir`, an absolute path; but for the program and what explains a failure it is
  // removed again.
  GoAdapterBuild(std::string tool, bool is_gccgo, std::string scratch_dir,
                 const BuildLimits& limits);

  // The path of the program; empty: `failure` and `error`.
  std::string Run(std::string_view source, BuildFailure& failure, std::string& error);

 private:
  bool RunTool(const std::vector<std::string>& arguments, std::string& error);
  bool RunTools(std::string& error);
  bool OutOfTime() const;

  const std::string tool_;
  const bool is_gccgo_;
  const std::string scratch_dir_;
  const BuildLimits limits_;
  const int64_t deadline_ns_;
  const std::string program_;
  const std::string source_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_GO_ADAPTER_BUILD_H_
