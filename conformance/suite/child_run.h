// A run in a child process: whatever the foreign code in it does to its process, the parent lives
// and says how it ended.
//
// Thread safety: to be used before the process has other threads.

#ifndef PROCTOR_CONFORMANCE_SUITE_CHILD_RUN_H_
#define PROCTOR_CONFORMANCE_SUITE_CHILD_RUN_H_

#include <cstdint>
#include <functional>
#include <string>

namespace proctor {

// What a child reports to its parent while it runs, through memory that both see.
struct ChildProgress {
  int64_t worlds = 0;  // begun
};

struct ChildEnd {
  bool finished = false;  // `run` came back, and the child said so
  int status = 0;         // then: what it returned
  std::string message;    // else: one line that says how the process ended
};

// Calls `run` in a child process and waits for its end, at most `limit_s` seconds; then the child
// is killed, and what it has left behind. Returns in the parent only, which has no other children.
ChildEnd RunInChild(int64_t limit_s, const std::function<int(ChildProgress& progress)>& run);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SUITE_CHILD_RUN_H_
