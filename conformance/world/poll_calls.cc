#include "conformance/world/poll_calls.h"

#include <algorithm>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

int64_t PollCalls::LastPoll() {
  const int64_t seen_ns = w_.calls.ReadVariable(Variable::kLastPoll, w_.poller.last_poll_ns());
  if (seen_ns != 0 && w_.choices.Chance(w_.setup.knobs.rival_poll_permille)) {
    w_.loop.Advance(1);
    w_.poller.set_last_poll_ns(now_ns());
    Trace(EventKind::kPoll, kForeignM, kNobody, kNobody, 0, 0);
    TraceWrite(kForeignM, Variable::kLastPoll, now_ns());
  }
  return seen_ns;
}

bool PollCalls::SwapLastPoll(int64_t expected_ns, int64_t new_ns) {
  const bool won = w_.poller.last_poll_ns() == expected_ns;
  TraceSwap(kMonitorM, Variable::kLastPoll, expected_ns, new_ns, won);
  if (won) w_.poller.set_last_poll_ns(new_ns);
  return won;
}

void PollCalls::Poll(int64_t timeout_ns, proctor_ready_list* ready) {
  if (ready == nullptr) return Misuse("calls poll with NULL; it wants a place for its result");
  const auto gather = [&] { w_.poller.GatherReady(kMonitorM, ready_); };
  gather();
  if (timeout_ns != 0 && ready_.empty()) {
    w_.loop.set_monitor_awake(false);
    const int64_t until_ns = timeout_ns < 0 ? INT64_MAX / 4 : now_ns() + timeout_ns;
    while (!ended() && ready_.empty() && now_ns() < until_ns && !w_.loop.idle()) {
      w_.loop.RunUntil(std::min(until_ns, std::max(now_ns() + 1, w_.loop.next_ns())), false);
      gather();
    }
    w_.loop.set_monitor_awake(true);
  }
  ready_injected_ = false;
  const auto count = static_cast<int32_t>(ready_.size());
  Trace(EventKind::kPoll, kMonitorM, kNobody, kNobody, timeout_ns, count);
  *ready = {&ready_, count, AdjustsWaiters(w_.setup.options.profile) ? -count : 0};
}

void PollCalls::Inject(const proctor_ready_list* ready) {
  if (ready == nullptr) return Misuse("calls inject with NULL; it wants the list of a poll");
  if (!w_.locks.CanTake(LockId::kSched, "inject")) return;
  if (ready->tasks != &ready_ || ready_injected_ ||
      ready->count != static_cast<int32_t>(ready_.size())) {
    return Misuse("injects a list that is not the one of its last poll, or for the second time");
  }
  ready_injected_ = true;
  w_.injection.Run(kMonitorM, ready_);
}

void PollCalls::AdjustWaiters(int32_t delta) { w_.poller.CountWaiters(kMonitorM, delta); }

}  // namespace proctor
