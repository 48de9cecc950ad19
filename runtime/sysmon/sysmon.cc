#include "runtime/sysmon/sysmon.h"

#include <algorithm>

namespace proctor::runtime {

Monitor::Monitor(Host& host, const Constants& constants) : host_(host), constants_(constants) {}

void Monitor::Run() {
  Enlist();
  while (host_.Sleep(NextDelayNs())) {
    SleepDeepIfIdle();
    DoDuties();
  }
}

// The monitor never goes away and never runs a task. Were it counted as a running thread, a program
// whose tasks all wait for one another would hang instead of being told so.
void Monitor::Enlist() {
  host_.Lock(LockId::kSched);
  host_.AddSystemThread();
  host_.CheckDeadlock();
  host_.Unlock(LockId::kSched);
}

int64_t Monitor::NextDelayNs() {
  if (idle_ == 0) {
    delay_ns_ = constants_.shallow_min_ns;
  } else if (idle_ > constants_.flat_cycles) {
    delay_ns_ *= 2;
  }
  delay_ns_ = std::min(delay_ns_, constants_.shallow_max_ns);
  return delay_ns_;
}

// The trace must be printed on time, so with it on there is always something to do.
bool Monitor::NothingToWatch() {
  return constants_.trace_interval_ns == 0 &&
         (host_.StopPending() || host_.IdleProcessors() == host_.Processors());
}

void Monitor::SleepDeepIfIdle() {
  const int64_t now_ns = host_.NowNs();
  if (!NothingToWatch()) return;

  // The first look took no lock: most cycles end there. Only this one counts.
  host_.Lock(LockId::kSched);
  if (NothingToWatch() && SleepDeepUnderSched(now_ns)) {
    // A processor came back from a system call, as those that the monitor takes do. Bet on more of
    // them.
    idle_ = 0;
    delay_ns_ = constants_.shallow_min_ns;
  }
  host_.Unlock(LockId::kSched);
}

// Called and left with the scheduler's lock held, which is dropped for the sleep. True: somebody
// woke it.
bool Monitor::SleepDeepUnderSched(int64_t now_ns) {
  const int64_t timer_ns = host_.EarliestTimerNs();
  // Somebody is about to run an overdue timer, and may need watching then.
  if (timer_ns <= now_ns) return false;
  const int64_t duration_ns = std::min(constants_.deep_max_ns(), timer_ns - now_ns);
  const bool relax = duration_ns >= constants_.relax_min_ns;

  // Who takes the lock after this sees the flag; a wake-up that comes before the sleep stays in
  // the note.
  host_.SetMonitorWaits(true);
  host_.Unlock(LockId::kSched);

  if (relax) host_.RelaxClock(true);
  const bool woken = host_.SleepOnNote(duration_ns);
  if (relax) host_.RelaxClock(false);

  // Wakers clear the flag and wake the note under one hold of this lock. So none is between the two
  // now, and none will start: clearing the note loses nothing, and a wake-up that met the time-out
  // ends no later sleep.
  host_.Lock(LockId::kSched);
  host_.SetMonitorWaits(false);
  host_.ClearNote();
  return woken;
}

void Monitor::DoDuties() {
  host_.Lock(LockId::kMonitor);
  // Read afresh: the sleep and the locks may have taken any time.
  const int64_t now_ns = host_.NowNs();

  host_.CallYieldHook();
  PollNetwork(now_ns);
  RescueTimers(now_ns);
  RefreshProcessors(now_ns);
  KickScavenger();
  CountIdle(Retake(now_ns));
  ForceCollection(now_ns);
  PrintTrace(now_ns);

  host_.Unlock(LockId::kMonitor);
}

void Monitor::PollNetwork(int64_t now_ns) {
  if (!host_.PollerReady()) return;
  const int64_t last_poll_ns = host_.LastPollNs();
  if (last_poll_ns == 0 || last_poll_ns + constants_.poll_stale_ns >= now_ns) return;

  // Losing the swap means that somebody polled just now. One poll more does no harm.
  host_.SwapLastPoll(last_poll_ns, now_ns);
  const ReadyList ready = host_.Poll(0);
  if (ready.count > 0) InjectReady(ready);
}

void Monitor::InjectReady(const ReadyList& ready) {
  // Injection takes idle processors before it starts threads for them. A thread that goes idle in
  // that window would find nobody running and report a deadlock, so one idle thread less is claimed
  // meanwhile.
  host_.AddIdleLocked(-1);
  host_.Inject(ready);
  host_.AddIdleLocked(1);
  if (constants_.adjust_waiters) host_.AdjustWaiters(ready.waiters_delta);
}

void Monitor::RescueTimers(int64_t now_ns) {
  if (constants_.rescue_timers && host_.EarliestTimerNs() < now_ns) host_.StartThread();
}

void Monitor::RefreshProcessors(int64_t now_ns) {
  if (constants_.refresh_procs_ns == 0 || now_ns < next_refresh_ns_) return;
  host_.RefreshProcessors();
  next_refresh_ns_ = now_ns + constants_.refresh_procs_ns;
}

void Monitor::KickScavenger() {
  if (host_.ScavengerAskedFor()) host_.WakeScavenger();
}

void Monitor::CountIdle(int32_t taken) { idle_ = taken != 0 ? 0 : idle_ + 1; }

bool Monitor::CollectionIsDue(int64_t now_ns) {
  const CollectorState collector = host_.Collector();
  return collector.enabled && !collector.dying && !collector.collecting && collector.percent >= 0 &&
         collector.last_end_ns != 0 &&
         now_ns - collector.last_end_ns > constants_.forcegc_period_ns;
}

void Monitor::ForceCollection(int64_t now_ns) {
  if (!CollectionIsDue(now_ns) || !host_.HelperIdle()) return;
  // The flag goes down before the helper can run: it is asked once, however long it takes to start.
  host_.Lock(LockId::kForcedGc);
  host_.ClearHelperIdle();
  host_.InjectHelper();
  host_.Unlock(LockId::kForcedGc);
}

void Monitor::PrintTrace(int64_t now_ns) {
  if (constants_.trace_interval_ns == 0 || now_ns < next_trace_ns_) return;
  next_trace_ns_ = now_ns + constants_.trace_interval_ns;
  host_.PrintTrace(now_ns);
}

}  // namespace proctor::runtime
