// The monitor's lock on a task in its system call, which takes its processor away (go1.26).
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_TASK_LOCK_H_
#define PROCTOR_CONFORMANCE_WORLD_TASK_LOCK_H_

#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class TaskLock : private Part {
 public:
  using Part::Part;

  bool Lock(int32_t p);
  void TakeProcessor(int32_t p);
  void Unlock(int32_t p);

  // A thread that comes back meanwhile waits.
  void AddWaiter(int32_t m) { waiters_.push_back(m); }

 private:
  int32_t locked_p_ = kNobody;
  int32_t locked_m_ = kNobody;
  std::vector<int32_t> waiters_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_TASK_LOCK_H_
