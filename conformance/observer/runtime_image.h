// The Go runtimes in a process: one in its program, and one in each library that brings its own.
// Each has a monitor, which is known by what its thread executes: the function runtime.sysmon is on
// its stack from its beginning to its end. Where that function is, the symbols say, or, in a
// stripped file, the table of functions that every Go program carries.
//
// gccgo's runtime is in a library of its own, or linked in, and has a function of the same name.
//
// Errors: what cannot be read is as if it were not there.
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_RUNTIME_IMAGE_H_
#define PROCTOR_CONFORMANCE_OBSERVER_RUNTIME_IMAGE_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace proctor {

struct RuntimeImage {
  std::string file;            // "/usr/lib/libone.so"
  std::string version;         // "go1.20.7", "gccgo 12.2.0"; empty: it does not say
  uint64_t monitor_begin = 0;  // the addresses of runtime.sysmon in the process
  uint64_t monitor_end = 0;    // exclusive

  bool operator==(const RuntimeImage&) const = default;
};

// Those of a running process, by their addresses. `without`: files that can hold none; those known
// are not looked through, and those found are added.
std::vector<RuntimeImage> FindRuntimeImages(pid_t process,
                                            std::set<std::string>* without = nullptr);

// The image whose monitor a thread is that waits with this stack pointer; nullopt: of none.
std::optional<size_t> FindMonitorOnStack(pid_t thread, uint64_t stack_pointer,
                                         std::span<const RuntimeImage> images);

// The stack pointer of a thread that waits in the kernel; nullopt: it runs, or may not be looked
// at, which `forbidden` says.
std::optional<uint64_t> StackPointerOf(pid_t process, pid_t thread, bool& forbidden);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_RUNTIME_IMAGE_H_
