#include "conformance/world/injection.h"

#include <algorithm>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

// By a thread that has no processor to run them on.
void Injection::Run(int32_t m, std::vector<int32_t>& tasks) {
  const auto count = static_cast<int32_t>(tasks.size());
  Trace(EventKind::kInject, m, kNobody, kNobody, count);
  const bool unmarked = Deviates(Deviation::kInjectUnmarked);
  const auto mark = [&] {
    for (const int32_t g : tasks) w_.tasks.SetStatus(m, TaskAt(g), TaskStatus::kRunnable);
  };
  if (!unmarked) mark();
  if (Deviates(Deviation::kInjectReversed)) std::reverse(tasks.begin(), tasks.end());
  w_.loop.Interleave(m);
  Take(LockId::kSched, m);
  for (const int32_t g : tasks) w_.queues.PutGlobal(m, g);
  if (unmarked) mark();
  Drop(LockId::kSched, m);
  w_.loop.Interleave(m);
  const int32_t most = Deviates(Deviation::kInjectStartsTooMany) ? INT32_MAX : count;
  for (int32_t started = 0; started < most; ++started) {
    if (Deviates(Deviation::kStrandedTask)) break;
    Take(LockId::kSched, m);
    const int32_t p = w_.processors.GetIdle(m);
    if (p != kNobody) w_.threads.StartThread(m, p, false, true);
    Drop(LockId::kSched, m);
    if (p == kNobody) break;
    w_.loop.Interleave(m);
  }
  Trace(EventKind::kInjectEnd, m);
}

}  // namespace proctor
