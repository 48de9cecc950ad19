// Where runnable tasks wait: the global queue, each processor's own, and its place for the next.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_RUN_QUEUES_H_
#define PROCTOR_CONFORMANCE_WORLD_RUN_QUEUES_H_

#include <cstdint>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class RunQueues : private Part {
 public:
  using Part::Part;

  // By a thread with a processor: the task comes next there, unless somebody else is free for it.
  void MakeReady(int32_t m, int32_t g);
  void PutLocal(int32_t m, int32_t p, int32_t g, bool next);
  // Under sched.
  void PutGlobal(int32_t m, int32_t g);
  // Under sched.
  int32_t TakeGlobal(int32_t m);
  int32_t TakeLocal(int32_t m, int32_t p);

  const TaskQueue& global() const { return global_; }
  static int32_t LocalWork(const P& p) { return p.queue.size() + (p.next != kNobody ? 1 : 0); }

 private:
  TaskQueue global_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_RUN_QUEUES_H_
