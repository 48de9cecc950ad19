// Which tasks a processor gets from the global queue, and that each is traced.

#include "runtime/scheduler/global_queue.h"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "runtime/scheduler/scheduler_trace.h"

namespace proctor::runtime {
namespace {

// Counts the moves that are traced.
struct Moves {
  int64_t into_global = 0, out_of_global = 0, into_local = 0;

  template <typename... Arguments>
  void Emit(TraceKind kind, int32_t p, int64_t, QueueId queue, Arguments...) {
    into_global += kind == TraceKind::kEnqueue && queue == QueueId::kGlobal && p == -1;
    out_of_global += kind == TraceKind::kDequeue && queue == QueueId::kGlobal && p == -1;
    into_local += kind == TraceKind::kEnqueue && queue == QueueId::kLocal && p >= 0;
  }
};

RC_GTEST_PROP(GlobalQueue, GivesAFairShareInOrder, ()) {
  SchedulerTrace trace(nullptr, 0);
  SchedLock lock(trace);
  const SchedGuard guard(lock);
  GlobalQueue queue;
  Moves moves;
  const auto size = *rc::gen::inRange<size_t>(0, 600);
  const auto procs = *rc::gen::inRange(1, 9);
  const auto most = *rc::gen::inRange(0, 5);
  const auto queued = *rc::gen::inRange<size_t>(0, LocalQueue::kCapacity + 1);
  std::vector<Task> tasks(size + queued);
  Processor p(0);
  for (size_t i = 0; i < queued; ++i) p.queue.Put(&tasks[size + i]);
  for (size_t i = 0; i < size; ++i) queue.Put(moves, &tasks[i]);
  RC_ASSERT(queue.size() == static_cast<int32_t>(size));

  size_t share = std::min(size / static_cast<size_t>(procs) + 1, size);
  if (most > 0) share = std::min(share, static_cast<size_t>(most));
  share = std::min<size_t>(share, LocalQueue::kCapacity / 2);
  if (size > 0) share = std::min<size_t>(share, 1 + LocalQueue::kCapacity - queued);
  Task* const first = queue.Take(moves, p, procs, most);
  RC_ASSERT((first == (size == 0 ? nullptr : &tasks[0])));
  RC_ASSERT(queue.size() == static_cast<int32_t>(size - share));
  RC_ASSERT(moves.into_global == static_cast<int64_t>(size));
  RC_ASSERT(moves.out_of_global == static_cast<int64_t>(share));
  RC_ASSERT(moves.into_local == static_cast<int64_t>(share == 0 ? 0 : share - 1));
  bool inherits;
  for (size_t i = 0; i < queued; ++i) RC_ASSERT((p.queue.Get(inherits) == &tasks[size + i]));
  for (size_t i = 1; i < share; ++i) RC_ASSERT((p.queue.Get(inherits) == &tasks[i]));
  RC_ASSERT(p.queue.Empty());
  if (share < size) RC_ASSERT((queue.Take(moves, p, 1, 1) == &tasks[share]));
}

}  // namespace
}  // namespace proctor::runtime
