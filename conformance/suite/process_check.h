// What a monitor must leave alone in the process that it runs in: its state (process_state.h), and
// what grows with each cycle: the heap, the mappings, and the table of open files.
//
// Thread safety: none; looks at the whole process.

#ifndef PROCTOR_CONFORMANCE_SUITE_PROCESS_CHECK_H_
#define PROCTOR_CONFORMANCE_SUITE_PROCESS_CHECK_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "conformance/suite/process_state.h"

namespace proctor {

// Remembers how the process is when it is made.
class ProcessCheck {
 public:
  ProcessCheck();
  ~ProcessCheck();
  ProcessCheck(const ProcessCheck&) = delete;
  ProcessCheck& operator=(const ProcessCheck&) = delete;

  // What has changed since in that many of the monitor's cycles, a line each; what can be put back
  // is. Does not return in a copy of the process: the original says that there is one.
  std::vector<std::string> Changes(int64_t cycles) const;
  // The heap or the mappings have grown so much that a run should end.
  bool MemoryIsTooLarge() const;

 private:
  const ProcessState state_;
  const pid_t process_;
  const int memory_file_;  // /proc/self/statm
  const size_t heap_bytes_;
  const size_t mapped_bytes_;
  const int open_files_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SUITE_PROCESS_CHECK_H_
