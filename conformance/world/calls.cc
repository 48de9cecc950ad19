// The monitor's calls: what the functions of the port do in this world.

#include <fmt/format.h>

#include <algorithm>

#include "conformance/world/scheduler.h"

namespace proctor {
namespace {

// A cycle that takes more calls than this will not end: a scan of 1024 processors that takes all of
// them makes about 15 calls for each.
constexpr int64_t kCallsPerCycleMost = 200'000;
// How late a sleeper can be.
constexpr int64_t kLateNs = 60'000;
// ... at the most, where that brings it near an edge; and how near that is.
constexpr int64_t kVeryLateNs = 2'000'000;
constexpr int64_t kNearNs = 1'000;
constexpr int64_t kWaitPieceNs = 10'000'000;

}  // namespace

void Scheduler::BeforeCall() {
  if (++calls_since_sleep_ > kCallsPerCycleMost) {
    return Finish(WorldEnd::kNeverSleeps,
                  fmt::format("{} calls of the port without a sleep", kCallsPerCycleMost));
  }
  if (!racers_.empty()) RunRacers();
}

void Scheduler::Misuse(const std::string& what) {
  Finish(WorldEnd::kPortMisuse, "the monitor " + what);
}

// The next moment, from the one given on, at which the last poll, the last collection or the
// earliest timer is exactly as old as the monitor compares it with.
int64_t Scheduler::NextEdgeNs(int64_t from_ns) const {
  int64_t edge_ns = EarliestTimerNs();
  if (edge_ns < from_ns) edge_ns = kNoTimer;
  for (const int64_t other_ns : {last_poll_ns_ + tunables_.poll_stale_ns,
                                 last_collection_ns_ + tunables_.forcegc_period_ns}) {
    if (other_ns >= from_ns) edge_ns = std::min(edge_ns, other_ns);
  }
  return edge_ns;
}

// When a sleeper that wants to wake up then really runs.
int64_t Scheduler::LaterNs(int64_t time_ns) {
  time_ns += choices_.Between(0, kLateNs);
  if (!choices_.Chance(knobs_.edge_permille)) return time_ns;
  const int64_t edge_ns = NextEdgeNs(time_ns + kNearNs);
  return edge_ns - time_ns <= kVeryLateNs ? edge_ns - choices_.Between(1, kNearNs) : time_ns;
}

int64_t Scheduler::NowNs() {
  now_ns_ += choices_.Between(1, 80);
  if (choices_.Chance(knobs_.edge_permille)) {
    const int64_t edge_ns = NextEdgeNs(now_ns_);
    if (edge_ns - now_ns_ <= kNearNs) now_ns_ = edge_ns;
  }
  Tell(EventKind::kNow, kMonitorM, kNobody, kNobody, now_ns_);
  return now_ns_;
}

bool Scheduler::MayNotSleep(const char* call) {
  for (size_t lock = 0; lock < owners_.size(); ++lock) {
    if (owners_[lock] != kMonitorM) continue;
    Misuse(fmt::format("calls {} with the {} lock held", call, LockNames()[lock]));
    return true;
  }
  return false;
}

void Scheduler::FallAsleep() {
  calls_since_sleep_ = 0;
  monitor_awake_ = false;
}

bool Scheduler::SleepShallow(int64_t duration_ns) {
  if (MayNotSleep("sleep_ns")) return false;
  ++run_.cycles;
  Tell(EventKind::kShallowSleep, kMonitorM, kNobody, kNobody, duration_ns);
  FallAsleep();
  // A sleep of nothing still takes a moment, or the world would stand still.
  const int64_t slept_ns = std::clamp<int64_t>(duration_ns, 1'000, INT64_MAX / 4);
  RunUntil(LaterNs(now_ns_ + slept_ns), false);
  monitor_awake_ = true;
  Tell(EventKind::kShallowWake, kMonitorM);
  return !ended_;
}

bool Scheduler::SleepOnNote(int64_t timeout_ns) {
  if (MayNotSleep("sleep_on_note")) return false;
  Tell(EventKind::kDeepSleep, kMonitorM, kNobody, kNobody, timeout_ns);
  FallAsleep();
  const int64_t until_ns = now_ns_ + std::clamp<int64_t>(timeout_ns, 1, INT64_MAX / 4);
  const bool pieces = knobs_.interceptors && !Deviates(Deviation::kWaitUncut);
  while (!ended_ && !note_woken_ && now_ns_ < until_ns) {
    int64_t piece_ns = until_ns - now_ns_;
    if (pieces) {
      piece_ns = std::min(piece_ns, kWaitPieceNs);
      Tell(EventKind::kWaitPiece, kMonitorM, kNobody, kNobody, piece_ns);
    }
    RunUntil(now_ns_ + piece_ns, true);
    if (pieces && !note_woken_ && now_ns_ < until_ns) Tell(EventKind::kYieldHook, kMonitorM);
  }
  // Its result is settled now; whatever happens until it runs again cannot change that.
  const bool woken = note_woken_;
  RunUntil(LaterNs(now_ns_), false);
  monitor_awake_ = true;
  Tell(EventKind::kDeepWake, kMonitorM, kNobody, kNobody,
       static_cast<int64_t>(woken ? WakeCause::kWoken : WakeCause::kTimeout));
  return woken;
}

void Scheduler::RelaxClock(bool relaxed) {
  Tell(EventKind::kRelax, kMonitorM, kNobody, kNobody, relaxed);
}

void Scheduler::ClearNote() {
  Tell(EventKind::kNoteClear, kMonitorM);
  note_woken_ = false;
}

void Scheduler::SetMonitorWaits(bool waits) {
  TellWrite(kMonitorM, Variable::kMonitorWaits, monitor_waits_ = waits);
}

// The monitor waits for a lock that somebody else holds, and the world goes on.
void Scheduler::WaitForLock(LockId lock) {
  while (!ended_ && Owner(lock) != kNobody && Owner(lock) != kMonitorM) {
    if (!racers_.empty()) {
      RunRacers();
    } else if (agenda_.empty()) {
      return Misuse(
          fmt::format("waits for the {} lock for ever", LockNames()[static_cast<size_t>(lock)]));
    } else {
      const Appointment next = agenda_.Pop();
      if (CalledOff(next)) continue;
      if (next.who >= 0) ThreadOf(next.who).on_agenda = false;
      now_ns_ = std::max(now_ns_, next.time_ns);
      Do(next);
    }
  }
}

void Scheduler::MonitorLocks(int32_t lock) {
  if (lock < 0 || lock >= static_cast<int32_t>(owners_.size())) {
    return Misuse(fmt::format("locks {}, which is no lock", lock));
  }
  const auto id = static_cast<LockId>(lock);
  if (HeldByMonitor(id)) {
    return Misuse(
        fmt::format("locks the {} lock, which it holds", LockNames()[static_cast<size_t>(lock)]));
  }
  WaitForLock(id);
  Take(id, kMonitorM);
}

void Scheduler::MonitorUnlocks(int32_t lock) {
  if (lock < 0 || lock >= static_cast<int32_t>(owners_.size())) {
    return Misuse(fmt::format("unlocks {}, which is no lock", lock));
  }
  if (!HeldByMonitor(static_cast<LockId>(lock))) {
    return Misuse(fmt::format("unlocks the {} lock, which it does not hold",
                              LockNames()[static_cast<size_t>(lock)]));
  }
  Drop(static_cast<LockId>(lock), kMonitorM);
}

// For calls that take a lock by themselves. False: the monitor must not make them now.
bool Scheduler::CanTake(LockId lock, const char* call) {
  if (HeldByMonitor(lock)) {
    Misuse(fmt::format("calls {} with the {} lock held, which that takes", call,
                       LockNames()[static_cast<size_t>(lock)]));
    return false;
  }
  WaitForLock(lock);
  return !ended_;
}

int64_t Scheduler::ReadVariable(Variable variable, int64_t value, int32_t p) {
  TellRead(kMonitorM, variable, value, p);
  return value;
}

int64_t Scheduler::EarliestTimer() {
  if (!CanTake(LockId::kAllP, "earliest_timer_ns")) return kNoTimer;
  Take(LockId::kAllP, kMonitorM);
  Take(LockId::kTimers, kMonitorM);
  const int64_t timer_ns = EarliestTimerNs();
  Drop(LockId::kTimers, kMonitorM);
  Drop(LockId::kAllP, kMonitorM);
  return ReadVariable(Variable::kEarliestTimer, timer_ns);
}

void Scheduler::AddSystemThread() {
  TellWrite(kMonitorM, Variable::kSystemThreads, ++system_threads_);
}

void Scheduler::CheckDeadlockForMonitor() { CheckDeadlock(kMonitorM); }

void Scheduler::AddIdleLocked(int32_t delta) {
  if (!CanTake(LockId::kSched, "add_idle_locked")) return;
  Take(LockId::kSched, kMonitorM);
  TellWrite(kMonitorM, Variable::kIdleLocked, idle_locked_ += delta);
  if (delta > 0) CheckDeadlock(kMonitorM);
  if (!ended_) Drop(LockId::kSched, kMonitorM);
}

int64_t Scheduler::LastPoll() {
  const int64_t seen_ns = ReadVariable(Variable::kLastPoll, last_poll_ns_);
  if (seen_ns != 0 && choices_.Chance(knobs_.rival_poll_permille)) {
    last_poll_ns_ = ++now_ns_;
    Tell(EventKind::kPoll, kForeignM, kNobody, kNobody, 0, 0);
    TellWrite(kForeignM, Variable::kLastPoll, last_poll_ns_);
  }
  return seen_ns;
}

bool Scheduler::SwapLastPoll(int64_t expected_ns, int64_t new_ns) {
  const bool won = last_poll_ns_ == expected_ns;
  TellSwap(kMonitorM, Variable::kLastPoll, expected_ns, new_ns, won);
  if (won) last_poll_ns_ = new_ns;
  return won;
}

void Scheduler::Poll(int64_t timeout_ns, proctor_ready_list* ready) {
  const auto gather = [&] { GatherReady(kMonitorM, ready_); };
  gather();
  if (timeout_ns != 0 && ready_.empty()) {
    monitor_awake_ = false;
    const int64_t until_ns = timeout_ns < 0 ? INT64_MAX / 4 : now_ns_ + timeout_ns;
    while (!ended_ && ready_.empty() && now_ns_ < until_ns && !agenda_.empty()) {
      RunUntil(std::min(until_ns, std::max(now_ns_ + 1, agenda_.first().time_ns)), false);
      gather();
    }
    monitor_awake_ = true;
  }
  ready_injected_ = false;
  const auto count = static_cast<int32_t>(ready_.size());
  Tell(EventKind::kPoll, kMonitorM, kNobody, kNobody, timeout_ns, count);
  *ready = {&ready_, count, AdjustsWaiters(options_.profile) ? -count : 0};
}

void Scheduler::Inject(const proctor_ready_list* ready) {
  if (!CanTake(LockId::kSched, "inject")) return;
  if (ready->tasks != &ready_ || ready_injected_ ||
      ready->count != static_cast<int32_t>(ready_.size())) {
    return Misuse("injects a list that is not the one of its last poll, or for the second time");
  }
  ready_injected_ = true;
  InjectWithoutP(kMonitorM, ready_);
}

void Scheduler::AdjustWaiters(int32_t delta) { CountPollWaiters(kMonitorM, delta); }

int32_t Scheduler::ProcessorCount() {
  return static_cast<int32_t>(ReadVariable(Variable::kProcessorCount, processor_count_));
}

// nullptr: no such processor, and the world has ended because of it.
const P* Scheduler::Processor(const char* call, int32_t p) {
  if (p >= 0 && p < static_cast<int32_t>(ps_.size())) return &ProcessorOf(p);
  Misuse(fmt::format("calls {} for processor {}; there are {}", call, p, processor_count_));
  return nullptr;
}

int32_t Scheduler::StatusOf(int32_t p) {
  const P* processor = Processor("status_of", p);
  if (processor == nullptr) return PROCTOR_P_NONE;
  return static_cast<int32_t>(ReadVariable(Variable::kStatus, processor->status, p));
}

uint32_t Scheduler::ScheduleTickOf(int32_t p) {
  const P* processor = Processor("schedule_tick_of", p);
  if (processor == nullptr) return 0;
  return static_cast<uint32_t>(ReadVariable(Variable::kScheduleTick, processor->schedule_tick, p));
}

uint32_t Scheduler::SyscallTickOf(int32_t p) {
  const P* processor = Processor("syscall_tick_of", p);
  if (processor == nullptr) return 0;
  return static_cast<uint32_t>(ReadVariable(Variable::kSyscallTick, processor->syscall_tick, p));
}

bool Scheduler::HasLocalWork(int32_t p) {
  const P* processor = Processor("has_local_work", p);
  if (processor == nullptr) return false;
  const int32_t more = Deviates(Deviation::kLocalWorkCountsGlobal) ? global_.size() : 0;
  return ReadVariable(Variable::kLocalWork, LocalWork(*processor) + more, p) != 0;
}

void Scheduler::RequestPreemption(int32_t p) {
  if (Processor("request_preemption", p) != nullptr) Preempt(kMonitorM, p);
}

bool Scheduler::SwapSyscallToIdle(int32_t p) {
  if (Processor("swap_syscall_to_idle", p) == nullptr) return false;
  P& processor = ProcessorOf(p);
  const bool won = processor.status == PROCTOR_P_SYSCALL;
  TellSwap(kMonitorM, Variable::kStatus, PROCTOR_P_SYSCALL, PROCTOR_P_IDLE, won, p);
  if (won) processor.status = PROCTOR_P_IDLE;
  processor.won = won;
  return won;
}

bool Scheduler::LockTaskInSyscall(int32_t p) {
  if (Processor("lock_task_in_syscall", p) == nullptr) return false;
  const P& processor = ProcessorOf(p);
  if (processor.status != PROCTOR_P_RUNNING || processor.m == kNobody) return false;
  const int32_t g = ThreadOf(processor.m).g;
  if (g == kNobody) return false;
  G& task = gs_[static_cast<size_t>(g)];
  if (task.status != TaskStatus::kInSyscall || task.locked) return false;
  task.locked = true;
  locked_p_ = p;
  locked_m_ = processor.m;
  TellWrite(kMonitorM, Variable::kTaskLocked, 1, p, task.id);
  return true;
}

void Scheduler::TakeFromLockedTask(int32_t p) {
  if (p != locked_p_ || p == kNobody) {
    return Misuse(fmt::format("takes processor {} without its task's lock", p));
  }
  P& processor = ProcessorOf(p);
  Tell(EventKind::kRelease, locked_m_, p);
  ThreadOf(locked_m_).p = kNobody;
  processor.m = kNobody;
  processor.won = true;
  TellWrite(kMonitorM, Variable::kStatus, processor.status = PROCTOR_P_IDLE, p);
}

void Scheduler::UnlockTask(int32_t p) {
  if (p != locked_p_ || p == kNobody) {
    return Misuse(fmt::format("unlocks the task of processor {}, which it has not locked", p));
  }
  G& task = TaskOf(locked_m_);
  task.locked = false;
  TellWrite(kMonitorM, Variable::kTaskLocked, 0, p, task.id);
  locked_p_ = locked_m_ = kNobody;
  for (const int32_t m : task_lock_waiters_) Then(m, Step::kReturn);
  task_lock_waiters_.clear();
}

void Scheduler::BumpSyscallTick(int32_t p) {
  if (Processor("bump_syscall_tick", p) == nullptr) return;
  P& processor = ProcessorOf(p);
  TellWrite(kMonitorM, Variable::kSyscallTick, ++processor.syscall_tick, p);
}

void Scheduler::HandOffForMonitor(int32_t p) {
  if (Processor("hand_off", p) == nullptr || !CanTake(LockId::kSched, "hand_off")) return;
  if (!ProcessorOf(p).won) {
    // Told before it is refused: this is what having two owners looks like.
    Tell(EventKind::kHandOff, kMonitorM, p);
    return Misuse(fmt::format("hands off processor {}, which it has not won", p));
  }
  ProcessorOf(p).won = false;
  HandOff(kMonitorM, p);
}

void Scheduler::Collector(proctor_collector* state) {
  *state = {collector_enabled_, dying_, collecting_, static_cast<int32_t>(tunables_.gc_percent),
            last_collection_ns_};
  Tell(EventKind::kCollectorRead, kMonitorM, kNobody, kNobody,
       collector_enabled_ && !dying_ && !collecting_, tunables_.gc_percent, last_collection_ns_);
}

void Scheduler::ClearHelperIdle() {
  TellWrite(kMonitorM, Variable::kHelperIdle, helper_idle_ = false);
}

void Scheduler::InjectHelper() {
  if (!CanTake(LockId::kSched, "inject_helper")) return;
  found_ = {IndexOf(Role::kHelper)};
  if (!Waits(Role::kHelper)) {
    // Told before it is refused: two requests are outstanding.
    Tell(EventKind::kInject, kMonitorM, kNobody, gs_[static_cast<size_t>(found_[0])].id, 1);
    return Misuse("injects the helper, which does not wait");
  }
  ready_helper_ = found_;
  InjectWithoutP(kMonitorM, ready_helper_);
}

void Scheduler::WakeScavenger() {
  if (!CanTake(LockId::kScavenger, "wake_scavenger") ||
      !CanTake(LockId::kSched, "wake_scavenger")) {
    return;
  }
  Take(LockId::kScavenger, kMonitorM);
  const bool parked = scavenger_parked_ && Waits(Role::kScavenger);
  Tell(EventKind::kScavengerWake, kMonitorM, kNobody, kNobody, parked);
  if (parked || Deviates(Deviation::kScavengerWokenBusy)) {
    TellWrite(kMonitorM, Variable::kScavengerAsked, scavenger_asked_ = false);
  }
  if (parked) {
    TellWrite(kMonitorM, Variable::kScavengerParked, scavenger_parked_ = false);
    ready_helper_ = {IndexOf(Role::kScavenger)};
    InjectWithoutP(kMonitorM, ready_helper_);
  }
  if (!ended_) Drop(LockId::kScavenger, kMonitorM);
}

void Scheduler::PrintTrace() {
  if (!CanTake(LockId::kSched, "print_trace")) return;
  Take(LockId::kSched, kMonitorM);
  Tell(EventKind::kTraceLine, kMonitorM);
  Drop(LockId::kSched, kMonitorM);
}

void Scheduler::CallYieldHook() {
  if (knobs_.interceptors) Tell(EventKind::kYieldHook, kMonitorM);
}

void Scheduler::StartThreadForMonitor() {
  if (!CanTake(LockId::kSched, "start_thread")) return;
  Take(LockId::kSched, kMonitorM);
  const int32_t p = GetIdle(kMonitorM);
  if (p != kNobody) StartThread(kMonitorM, p, false, true);
  Drop(LockId::kSched, kMonitorM);
}

void Scheduler::RefreshProcessors() {
  if (!CanTake(LockId::kSched, "refresh_processors")) return;
  Tell(EventKind::kAffinityRead, kMonitorM);
}

}  // namespace proctor
