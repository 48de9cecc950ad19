// A monitor as a state machine on the port: no loop but the one that asks for the next step, and no
// sleep counted down but its length in closed form.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "conformance/port/port.hpp"
#include "conformance/variants/variants.h"

namespace proctor {
namespace {

using H = proctor_host;

class Machine {
 public:
  explicit Machine(const proctor_host* host) : port_(host), c_(port_.constants()) {}

  void Run() {
    for (State state = State::kEnlist; state != State::kEnd;) state = Step(state);
  }

 private:
  enum class State {
    kEnlist,
    kNap,
    kThink,
    kSlumber,
    kWakeUp,
    kOpen,
    kPoll,
    kRescue,
    kFollow,
    kKick,
    kScan,
    kCollect,
    kPrint,
    kClose,
    kEnd
  };

  State Step(State state) {
    switch (state) {
      case State::kEnlist:
        return Enlist();
      case State::kNap:
        return port_(&H::sleep_ns, DelayNs()) == 0 ? State::kThink : State::kEnd;
      case State::kThink:
        return Think();
      case State::kSlumber:
        return Slumber();
      case State::kWakeUp:
        return WakeUp();
      case State::kOpen:
        return Open();
      case State::kPoll:
        return Poll();
      case State::kRescue:
        return Rescue();
      case State::kFollow:
        return Follow();
      case State::kKick:
        return Kick();
      case State::kScan:
        return Scan();
      case State::kCollect:
        return Collect();
      case State::kPrint:
        return Print();
      case State::kClose:
        return Close();
      case State::kEnd:
        break;
    }
    return State::kEnd;
  }

  // The length follows from the number of cycles since something was taken or the monitor was
  // woken.
  int64_t DelayNs() const {
    const int64_t doublings = std::clamp<int64_t>(fruitless_ - c_.flat_cycles, 0, 30);
    return std::min(c_.shallow_min_ns << doublings, c_.shallow_max_ns);
  }

  State Enlist() {
    const PortLock lock(port_, PROCTOR_LOCK_SCHED);
    port_(&H::add_system_thread);
    port_(&H::check_deadlock);
    return State::kNap;
  }

  bool NobodyRuns() const {
    const bool all_idle = port_(&H::processors) == port_(&H::idle_processors);
    return port_(&H::stop_pending) != 0 || all_idle;
  }

  State Think() {
    now_ns_ = port_(&H::now_ns);
    if (c_.trace_interval_ns > 0 || !NobodyRuns()) return State::kOpen;
    port_(&H::lock, PROCTOR_LOCK_SCHED);
    if (NobodyRuns()) {
      timer_ns_ = port_(&H::earliest_timer_ns);
      if (timer_ns_ > now_ns_) return State::kSlumber;
    }
    port_(&H::unlock, PROCTOR_LOCK_SCHED);
    return State::kOpen;
  }

  // Entered with the scheduler's lock.
  State Slumber() {
    const int64_t sleep_ns = std::min(c_.forcegc_period_ns / 2, timer_ns_ - now_ns_);
    port_(&H::set_monitor_waits, 1);
    port_(&H::unlock, PROCTOR_LOCK_SCHED);
    const bool coarse = sleep_ns >= c_.relax_min_ns;
    if (coarse) port_(&H::relax_clock, 1);
    woken_ = port_(&H::sleep_on_note, sleep_ns) != 0;
    if (coarse) port_(&H::relax_clock, 0);
    return State::kWakeUp;
  }

  State WakeUp() {
    const PortLock lock(port_, PROCTOR_LOCK_SCHED);
    port_(&H::clear_note);
    port_(&H::set_monitor_waits, 0);
    if (woken_) fruitless_ = 0;
    return State::kOpen;
  }

  State Open() {
    port_(&H::lock, PROCTOR_LOCK_MONITOR);
    now_ns_ = port_(&H::now_ns);
    port_(&H::call_yield_hook);
    return State::kPoll;
  }

  State Poll() {
    const int64_t last_ns = port_(&H::poller_ready) != 0 ? port_(&H::last_poll_ns) : 0;
    if (last_ns == 0 || now_ns_ <= last_ns + c_.poll_stale_ns) return State::kRescue;
    port_(&H::swap_last_poll, last_ns, now_ns_);
    const proctor_ready_list ready = port_.Poll(0);
    if (ready.count > 0) {
      port_(&H::add_idle_locked, -1);
      port_(&H::inject, static_cast<const proctor_ready_list*>(&ready));
      if (c_.adjust_waiters != 0) port_(&H::adjust_waiters, ready.waiters_delta);
      port_(&H::add_idle_locked, 1);
    }
    return State::kRescue;
  }

  State Rescue() {
    if (c_.rescue_timers != 0 && port_(&H::earliest_timer_ns) < now_ns_) port_(&H::start_thread);
    return State::kFollow;
  }

  State Follow() {
    if (c_.refresh_procs_ns > 0 && IsDue(followed_ns_, c_.refresh_procs_ns))
      port_(&H::refresh_processors);
    return State::kKick;
  }

  State Kick() {
    if (port_(&H::scavenger_asked_for) != 0) port_(&H::wake_scavenger);
    return State::kScan;
  }

  State Scan() {
    bool taken = false;
    port_(&H::lock, PROCTOR_LOCK_ALL_P);
    for (int32_t p = 0; p < port_(&H::processor_count); ++p) taken = Visit(p) || taken;
    port_(&H::unlock, PROCTOR_LOCK_ALL_P);
    fruitless_ = taken ? 0 : fruitless_ + 1;
    return State::kCollect;
  }

  State Collect() {
    const proctor_collector gc = port_.Collector();
    const bool allowed = gc.enabled != 0 && gc.dying == 0 && gc.collecting == 0 && gc.percent >= 0;
    const bool due = gc.last_end_ns != 0 && gc.last_end_ns + c_.forcegc_period_ns < now_ns_;
    if (allowed && due && port_(&H::helper_idle) != 0) {
      const PortLock lock(port_, PROCTOR_LOCK_FORCED_GC);
      port_(&H::clear_helper_idle);
      port_(&H::inject_helper);
    }
    return State::kPrint;
  }

  State Print() {
    if (c_.trace_interval_ns > 0 && IsDue(printed_ns_, c_.trace_interval_ns))
      port_(&H::print_trace, now_ns_);
    return State::kClose;
  }

  State Close() {
    port_(&H::unlock, PROCTOR_LOCK_MONITOR);
    return State::kNap;
  }

  // Something that is done at most so often, and at once when it never was; then it counts as done.
  bool IsDue(std::optional<int64_t>& last_ns, int64_t every_ns) const {
    if (last_ns && now_ns_ - *last_ns < every_ns) return false;
    last_ns = now_ns_;
    return true;
  }

  struct Sighting {
    uint32_t tick;
    int64_t since_ns;
  };

  // How long the same tick has been seen there; nullopt: it is new.
  std::optional<int64_t> AgeNs(std::map<int32_t, Sighting>& seen, int32_t p, uint32_t tick) const {
    const auto [place, is_new] = seen.try_emplace(p, Sighting{tick, now_ns_});
    if (!is_new && place->second.tick == tick) return now_ns_ - place->second.since_ns;
    place->second = {tick, now_ns_};
    return std::nullopt;
  }

  // True: it was taken.
  bool Visit(int32_t p) {
    const int32_t status = port_(&H::status_of, p);
    const bool in_call = status == PROCTOR_P_SYSCALL && c_.take_by_task_lock == 0;
    if (status != PROCTOR_P_RUNNING && !in_call) return false;
    const std::optional<int64_t> slice_ns = AgeNs(slices_, p, port_(&H::schedule_tick_of, p));
    const bool expired = slice_ns && *slice_ns >= c_.slice_ns;
    if (expired) port_(&H::request_preemption, p);
    if (c_.take_by_task_lock != 0) return Taking(p, [&] { return TakeByLock(p, expired); });
    if (!in_call || MayKeep(p, expired)) return false;
    return Taking(p, [&] {
      return port_(&H::swap_syscall_to_idle, p) != 0 && (port_(&H::bump_syscall_tick, p), true);
    });
  }

  bool TakeByLock(int32_t p, bool expired) {
    if (port_(&H::lock_task_in_syscall, p) == 0) return false;
    const bool take = !MayKeep(p, expired);
    if (take) {
      port_(&H::take_from_locked_task, p);
      port_(&H::bump_syscall_tick, p);
    }
    port_(&H::unlock_task, p);
    return take;
  }

  template <typename Take>
  bool Taking(int32_t p, Take take) {
    port_(&H::unlock, PROCTOR_LOCK_ALL_P);
    port_(&H::add_idle_locked, -1);
    const bool took = take();
    if (took) port_(&H::hand_off, p);
    port_(&H::add_idle_locked, 1);
    port_(&H::lock, PROCTOR_LOCK_ALL_P);
    return took;
  }

  bool MayKeep(int32_t p, bool expired) {
    const uint32_t tick = port_(&H::syscall_tick_of, p);
    // An expired slice leaves the stamp as it is, whatever the tick.
    std::optional<int64_t> age_ns;
    if (!expired) {
      age_ns = AgeNs(calls_, p, tick);
      if (!age_ns) return true;
    } else {
      const auto seen = calls_.find(p);
      age_ns = seen != calls_.end() ? now_ns_ - seen->second.since_ns : INT64_MAX;
    }
    const bool needed = port_(&H::has_local_work, p) != 0;
    const bool others = port_(&H::idle_processors) > 0 || port_(&H::spinning_threads) > 0;
    return !needed && others && *age_ns < c_.syscall_cap_ns;
  }

  const Port port_;
  const proctor_constants& c_;
  int64_t now_ns_ = 0;
  int64_t timer_ns_ = 0;
  int64_t fruitless_ = 0;
  bool woken_ = false;
  std::optional<int64_t> followed_ns_;
  std::optional<int64_t> printed_ns_;
  std::map<int32_t, Sighting> slices_;
  std::map<int32_t, Sighting> calls_;
};

void Run(const proctor_host* host, void*) { Machine(host).Run(); }

}  // namespace
}  // namespace proctor

const proctor_implementation* proctor_variant_state_machine() {
  static const proctor_implementation implementation = {PROCTOR_PORT, "state_machine", "1",
                                                        proctor::Run, nullptr};
  return &implementation;
}
