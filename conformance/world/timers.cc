#include "conformance/world/timers.h"

#include <algorithm>

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

bool LaterTimer(const Timer& a, const Timer& b) {
  return a.when_ns != b.when_ns ? a.when_ns > b.when_ns : a.order > b.order;
}

}  // namespace

void Timers::Add(int32_t m, int32_t p, int64_t when_ns, int32_t g) {
  std::vector<Timer>& timers = ProcessorOf(p).timers;
  timers.push_back({when_ns, ++order_, g});
  std::push_heap(timers.begin(), timers.end(), LaterTimer);
  Trace(EventKind::kTimerSet, m, p, TaskAt(g).id, when_ns);
  TraceWrite(m, Variable::kTimerCount, ++count_);
  w_.poller.Wake(m, when_ns);
}

// Runs p's overdue timers in a thread that has a processor: their tasks become ready there.
void Timers::Run(int32_t m, int32_t p) {
  std::vector<Timer>& timers = ProcessorOf(p).timers;
  const int64_t until_ns = now_ns() + (Deviates(Deviation::kTimersEarly) ? 1'000 : 0);
  while (!timers.empty() && timers.front().when_ns <= until_ns) {
    std::pop_heap(timers.begin(), timers.end(), LaterTimer);
    const Timer timer = timers.back();
    timers.pop_back();
    Trace(EventKind::kTimerFired, m, p, TaskAt(timer.g).id, timer.when_ns);
    TraceWrite(m, Variable::kTimerCount, --count_);
    if (Deviates(Deviation::kTimerWakes)) w_.note.WakeUnduly(m);
    w_.queues.MakeReady(m, timer.g);
  }
}

int64_t Timers::EarliestNs() const {
  int64_t earliest_ns = kNoTimer;
  for (int32_t p = 0; p < w_.processors.count(); ++p) {
    const std::vector<Timer>& timers = ProcessorOf(p).timers;
    if (!timers.empty()) earliest_ns = std::min(earliest_ns, timers.front().when_ns);
  }
  return earliest_ns;
}

void Timers::MoveAll(int32_t m, int32_t from, int32_t to) {
  std::vector<Timer>& heir = ProcessorOf(to).timers;
  for (const Timer& timer : ProcessorOf(from).timers) {
    if (Deviates(Deviation::kResizeLosesTimers)) break;
    heir.push_back(timer);
    std::push_heap(heir.begin(), heir.end(), LaterTimer);
    Trace(EventKind::kTimerSet, m, to, TaskAt(timer.g).id, timer.when_ns);
  }
  ProcessorOf(from).timers.clear();
}

}  // namespace proctor
