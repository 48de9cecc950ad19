// What a monitor must leave alone in the process that it runs in: standard output, the heap,
// and the table of open files.
//
// Thread safety: none; looks at the whole process.

#ifndef PROCTOR_CONFORMANCE_SUITE_PROCESS_CHECK_H_
#define PROCTOR_CONFORMANCE_SUITE_PROCESS_CHECK_H_

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace proctor {

// Remembers how the process is when it is made.
class ProcessCheck {
 public:
  ProcessCheck();
  ~ProcessCheck();
  ProcessCheck(const ProcessCheck&) = delete;
  ProcessCheck& operator=(const ProcessCheck&) = delete;

  // What has changed since in that many of the monitor's cycles, a line each; standard output is
  // put back.
  std::vector<std::string> Changes(int64_t cycles) const;
  // The heap has grown so much that a run should end.
  bool HeapIsTooLarge() const;

 private:
  const int output_;  // a copy of standard output
  struct stat output_file_ = {};
  const size_t heap_bytes_;
  const int open_files_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SUITE_PROCESS_CHECK_H_
