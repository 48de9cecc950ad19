// Stop-the-world, and changing the number of processors while it lasts.

#include <algorithm>

#include "conformance/world/scheduler.h"

namespace proctor {
namespace {

// A stop that lies in wait for a hand-off waits no longer.
constexpr int64_t kAmbushNsMost = 2'000'000;

}  // namespace

// One at a time: a task that comes second waits, and asks again. True: the stop is under way.
bool Scheduler::AskToStop(int32_t m, StopReason reason) {
  if (stop_reason_ != StopReason::kNone || (collecting_ && reason != StopReason::kCollectionEnd)) {
    stop_queue_.Append(ThreadOf(m).g);
    Wait(m);
    return false;
  }
  stop_reason_ = reason;
  stopper_m_ = m;
  if (choices_.Chance(knobs_.ambush_permille)) {
    Then(m, Step::kStop, choices_.Between(1, kAmbushNsMost));
    ambush_ = Appointment{now_ns_, 0, m, ThreadOf(m).stamp};
  } else {
    Then(m, Step::kStop);
  }
  return true;
}

void Scheduler::StopTheWorld(int32_t m) {
  Tell(EventKind::kStopTheWorld, m, ThreadOf(m).p, TaskOf(m).id);
  Take(LockId::kSched, m);
  stop_wait_ = procs_;
  TellWrite(m, Variable::kStopWait, stop_wait_);
  TellWrite(m, Variable::kStopPending, stop_pending_ = true);
  PreemptAll(m);
  StopOthers(m);
  Drop(LockId::kSched, m);
  if (stop_wait_ > 0) {
    Then(m, Step::kStopAgain, 100'000);
  } else {
    Then(m, Step::kStopped);
  }
}

// Its own processor, those in system calls and the idle ones stop here; the others stop themselves.
void Scheduler::StopOthers(int32_t m) {
  const auto stopped = [&](int32_t p) {
    ProcessorOf(p).status = PROCTOR_P_STOPPED;
    TellWrite(m, Variable::kStatus, PROCTOR_P_STOPPED, p);
    TellWrite(m, Variable::kStopWait, --stop_wait_);
  };
  stopped(ThreadOf(m).p);
  for (int32_t p = 0; p < processor_count_; ++p) {
    P& processor = ProcessorOf(p);
    if (by_task_lock_) {
      if (processor.status != PROCTOR_P_RUNNING || processor.m == kNobody) continue;
      M& thread = ThreadOf(processor.m);
      if (thread.g == kNobody || TaskOf(processor.m).status != TaskStatus::kInSyscall ||
          TaskOf(processor.m).locked) {
        continue;
      }
      Tell(EventKind::kRelease, processor.m, p);
      thread.p = kNobody;
      processor.m = kNobody;
    } else {
      if (processor.status != PROCTOR_P_SYSCALL) continue;
      TellSwap(m, Variable::kStatus, PROCTOR_P_SYSCALL, PROCTOR_P_STOPPED, true, p);
    }
    TellWrite(m, Variable::kSyscallTick, ++processor.syscall_tick, p);
    stopped(p);
  }
  for (int32_t p = GetIdle(m); p != kNobody; p = GetIdle(m)) stopped(p);
}

// Under sched.
void Scheduler::OneStopped(int32_t m) {
  TellWrite(m, Variable::kStopWait, --stop_wait_);
  if (stop_wait_ > 0) return;
  Tell(EventKind::kStopperWake, m);
  Then(stopper_m_, Step::kStopped, choices_.Between(500, 5'000));
}

void Scheduler::WorldStopped(int32_t m) {
  Tell(EventKind::kWorldStopped, m);
  switch (stop_reason_) {
    case StopReason::kNone:
      return;
    case StopReason::kCollectionBegin:
      TellWrite(m, Variable::kCollecting, collecting_ = true);
      Tell(EventKind::kCollectionBegin, m, ThreadOf(m).p, TaskOf(m).id);
      return Then(m, Step::kStart, choices_.Between(5'000, 50'000));
    case StopReason::kCollectionEnd:
      return EndCollection(m);
    case StopReason::kResize:
      return Then(m, Step::kResize, choices_.Between(1'000, 10'000));
    case StopReason::kPlain:
      // Mostly short; now and then so long that the monitor goes to sleep deep.
      return Then(m, Step::kStart,
                  choices_.Chance(700) ? choices_.Between(1'000, 500'000)
                                       : choices_.Between(1'000'000, 200'000'000));
  }
}

// With the world stopped and the sched lock held to the end: first the list of processors gets its
// new length, then the new processors are made. The monitor may look at the list in between.
void Scheduler::Grow(int32_t m) {
  Take(LockId::kSched, m);
  if (new_procs_ > processor_count_) {
    if (HeldByMonitor(LockId::kAllP)) {
      Drop(LockId::kSched, m);
      return Then(m, Step::kResize, 50'000);
    }
    Take(LockId::kAllP, m);
    const int32_t from = processor_count_;
    processor_count_ = new_procs_;
    ps_.resize(std::max(ps_.size(), static_cast<size_t>(new_procs_)));
    for (int32_t p = from; p < new_procs_; ++p) {
      if (ProcessorOf(p).status == PROCTOR_P_DEAD) continue;
      ProcessorOf(p).status = PROCTOR_P_NONE;
      ProcessorOf(p).schedule_tick = knobs_.first_tick;
      ProcessorOf(p).syscall_tick = knobs_.first_tick;
      TellWrite(m, Variable::kScheduleTick, knobs_.first_tick, p);
      TellWrite(m, Variable::kSyscallTick, knobs_.first_tick, p);
    }
    TellWrite(m, Variable::kProcessorCount, processor_count_);
    Drop(LockId::kAllP, m);
  }
  Then(m, Step::kResized);
}

void Scheduler::Resized(int32_t m) {
  if (new_procs_ < procs_ && HeldByMonitor(LockId::kAllP)) return Then(m, Step::kResized, 50'000);
  for (int32_t p = procs_; p < new_procs_; ++p) {
    ProcessorOf(p).status = PROCTOR_P_STOPPED;
    TellWrite(m, Variable::kStatus, PROCTOR_P_STOPPED, p);
  }
  if (new_procs_ < procs_) Shrink(m);
  TellWrite(m, Variable::kProcs, procs_ = new_procs_);
  Drop(LockId::kSched, m);
  Then(m, Step::kStart);
}

// Whatever the processors at the end had goes to those that stay.
void Scheduler::Shrink(int32_t m) {
  if (ThreadOf(m).p >= new_procs_) {
    const int32_t old = ThreadOf(m).p;
    Tell(EventKind::kRelease, m, old);
    ProcessorOf(old).m = kNobody;
    ThreadOf(m).p = 0;
    ProcessorOf(0).m = m;
    Tell(EventKind::kAcquire, m, 0);
  }
  for (int32_t p = new_procs_; p < procs_; ++p) {
    P& processor = ProcessorOf(p);
    while (LocalWork(processor) > 0) PutGlobal(m, TakeLocal(m, p));
    std::vector<Timer>& heir = ProcessorOf(0).timers;
    const auto later = [](const Timer& a, const Timer& b) {
      return a.when_ns != b.when_ns ? a.when_ns > b.when_ns : a.order > b.order;
    };
    for (const Timer& timer : processor.timers) {
      heir.push_back(timer);
      std::push_heap(heir.begin(), heir.end(), later);
      Tell(EventKind::kTimerSet, m, 0, gs_[static_cast<size_t>(timer.g)].id, timer.when_ns);
    }
    processor.timers.clear();
    processor.status = PROCTOR_P_DEAD;
    TellWrite(m, Variable::kStatus, PROCTOR_P_DEAD, p);
  }
  Take(LockId::kAllP, m);
  TellWrite(m, Variable::kProcessorCount, processor_count_ = new_procs_);
  Drop(LockId::kAllP, m);
}

void Scheduler::StartTheWorld(int32_t m) {
  M& thread = ThreadOf(m);
  Take(LockId::kSched, m);
  Tell(EventKind::kStartTheWorld, m);
  found_.clear();
  for (int32_t p = procs_ - 1; p >= 0; --p) {
    P& processor = ProcessorOf(p);
    const bool own = p == thread.p;
    processor.status = own ? PROCTOR_P_RUNNING : PROCTOR_P_IDLE;
    TellWrite(m, Variable::kStatus, processor.status, p);
    if (own) continue;
    if (LocalWork(processor) > 0) {
      found_.push_back(p);
    } else {
      PutIdle(m, p);
    }
  }
  TellWrite(m, Variable::kStopPending, stop_pending_ = false);
  WakeMonitorUnderSched(m, Waker::kStartTheWorld);
  Drop(LockId::kSched, m);
  for (const int32_t p : found_) StartThread(m, p, false);
  WakeProcessor(m);
  AfterStart(m);
}

void Scheduler::AfterStart(int32_t m) {
  const StopReason reason = stop_reason_;
  stop_reason_ = StopReason::kNone;
  stopper_m_ = kNobody;
  if (reason == StopReason::kCollectionBegin) {
    // Marking takes place beside the tasks; this task does its share of it.
    SetMarkWork(m, true);
    return Compute(m, choices_.Between(50'000, 3'000'000));
  }
  while (!stop_queue_.empty()) MakeReady(m, stop_queue_.Pop());
  TaskOf(m).phase = kStarted;
  Then(m, Step::kResume, 1'000);
}

}  // namespace proctor
