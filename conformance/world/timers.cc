#include "conformance/world/timers.h"

#include <algorithm>

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

// Where no task waits for a timer, the trace gives it a number of its own.
constexpr int64_t kFirstOwnTimer = 2'000'000'000;

bool LaterTimer(const Timer& a, const Timer& b) {
  return a.when_ns != b.when_ns ? a.when_ns > b.when_ns : a.order > b.order;
}

}  // namespace

void Timers::Add(int32_t m, int32_t p, int64_t when_ns, int32_t g) {
  Push(m, p, {.when_ns = when_ns, .order = ++order_, .g = g});
}

void Timers::Set(int32_t m, int32_t p, int64_t when_ns, int64_t owner, int32_t number) {
  ++own_;
  Push(m, p,
       {.when_ns = when_ns, .order = ++order_, .g = kNobody, .owner = owner, .number = number});
}

void Timers::Push(int32_t m, int32_t p, const Timer& timer) {
  std::vector<Timer>& timers = ProcessorOf(p).timers;
  timers.push_back(timer);
  std::push_heap(timers.begin(), timers.end(), LaterTimer);
  Trace(EventKind::kTimerSet, m, p, WaiterOf(timer), timer.when_ns);
  TraceWrite(m, Variable::kTimerCount, ++count_);
  w_.poller.Wake(m, timer.when_ns);
}

int64_t Timers::WaiterOf(const Timer& timer) const {
  if (timer.g != kNobody) return TaskAt(timer.g).id;
  return kFirstOwnTimer + static_cast<int64_t>(timer.order);
}

bool Timers::Stop(int32_t m, int64_t owner, int32_t number) {
  for (int32_t p = 0; p < w_.processors.count(); ++p) {
    std::vector<Timer>& timers = ProcessorOf(p).timers;
    const auto found = std::ranges::find_if(timers, [&](const Timer& timer) {
      return timer.g == kNobody && timer.owner == owner && timer.number == number;
    });
    if (found == timers.end()) continue;
    Trace(EventKind::kTimerSet, m, p, WaiterOf(*found), kNoTimer);
    timers.erase(found);
    std::make_heap(timers.begin(), timers.end(), LaterTimer);
    --own_;
    TraceWrite(m, Variable::kTimerCount, --count_);
    return true;
  }
  return false;
}

// Runs p's overdue timers in a thread that has a processor: their tasks become ready there.
void Timers::Run(int32_t m, int32_t p) {
  std::vector<Timer>& timers = ProcessorOf(p).timers;
  const int64_t until_ns = now_ns() + (Deviates(Deviation::kTimersEarly) ? 1'000 : 0);
  while (!timers.empty() && timers.front().when_ns <= until_ns) {
    std::pop_heap(timers.begin(), timers.end(), LaterTimer);
    const Timer timer = timers.back();
    timers.pop_back();
    Fire(m, p, timer);
  }
}

void Timers::Fire(int32_t m, int32_t p, const Timer& timer) {
  Trace(EventKind::kTimerFired, m, p, WaiterOf(timer), timer.when_ns);
  TraceWrite(m, Variable::kTimerCount, --count_);
  if (Deviates(Deviation::kTimerWakes)) w_.note.WakeUnduly(m);
  if (timer.g != kNobody) return w_.queues.MakeReady(m, timer.g);
  Trace(EventKind::kTimerExpired, m, p, timer.owner, timer.number);
  --own_;
  if (w_.tasks.live() == 0 && own_ == 0) w_.programs.EndScenario(m);
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
    Trace(EventKind::kTimerSet, m, to, WaiterOf(timer), timer.when_ns);
  }
  ProcessorOf(from).timers.clear();
}

}  // namespace proctor
