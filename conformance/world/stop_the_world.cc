#include "conformance/world/stop_the_world.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

// A stop that lies in wait for a hand-off waits no longer.
constexpr int64_t kAmbushNsMost = 2'000'000;

}  // namespace

// One at a time: a task that comes second waits, and asks again. True: the stop is under way.
bool StopTheWorld::Ask(int32_t m, StopReason reason) {
  if (reason_ != StopReason::kNone ||
      (w_.collector.collecting() && reason != StopReason::kCollectionEnd)) {
    queue_.Append(ThreadOf(m).g);
    w_.programs.Wait(m);
    return false;
  }
  reason_ = reason;
  stopper_m_ = m;
  if (w_.choices.Chance(w_.setup.knobs.ambush_permille)) {
    Then(m, Step::kStop, w_.choices.Between(1, kAmbushNsMost));
    ambush_ = Appointment{now_ns(), 0, m, ThreadOf(m).stamp};
  } else {
    Then(m, Step::kStop);
  }
  return true;
}

void StopTheWorld::Stop(int32_t m) {
  Trace(EventKind::kStopTheWorld, m, ThreadOf(m).p, TaskOf(m).id);
  Take(LockId::kSched, m);
  left_ = w_.processors.procs();
  TraceWrite(m, Variable::kStopWait, left_);
  TraceWrite(m, Variable::kStopPending, pending_ = true);
  w_.preemption.PreemptAll(m);
  StopOthers(m);
  Drop(LockId::kSched, m);
  if (left_ > 0) {
    Then(m, Step::kStopAgain, 100'000);
  } else {
    Then(m, Step::kStopped);
  }
}

// Its own processor, those in system calls and the idle ones stop here; the others stop themselves.
void StopTheWorld::StopOthers(int32_t m) {
  const auto stopped = [&](int32_t p) {
    ProcessorOf(p).status = PROCTOR_P_STOPPED;
    TraceWrite(m, Variable::kStatus, PROCTOR_P_STOPPED, p);
    TraceWrite(m, Variable::kStopWait, --left_);
  };
  stopped(ThreadOf(m).p);
  for (int32_t p = 0; p < w_.processors.count(); ++p) {
    P& processor = ProcessorOf(p);
    if (w_.setup.by_task_lock) {
      if (processor.status != PROCTOR_P_RUNNING || processor.m == kNobody) continue;
      M& thread = ThreadOf(processor.m);
      if (thread.g == kNobody || TaskOf(processor.m).status != TaskStatus::kInSyscall ||
          TaskOf(processor.m).locked) {
        continue;
      }
      Trace(EventKind::kRelease, processor.m, p);
      thread.p = kNobody;
      processor.m = kNobody;
    } else {
      if (processor.status != PROCTOR_P_SYSCALL) continue;
      TraceSwap(m, Variable::kStatus, PROCTOR_P_SYSCALL, PROCTOR_P_STOPPED, true, p);
    }
    w_.processors.MoveSyscallTick(m, p);
    stopped(p);
  }
  for (int32_t p = w_.processors.GetIdle(m); p != kNobody; p = w_.processors.GetIdle(m)) stopped(p);
}

// Under sched.
void StopTheWorld::OneStopped(int32_t m) {
  TraceWrite(m, Variable::kStopWait, --left_);
  if (left_ > 0) return;
  Trace(EventKind::kStopperWake, m);
  Then(stopper_m_, Step::kStopped, w_.choices.Between(500, 5'000));
}

void StopTheWorld::Stopped(int32_t m) {
  Trace(EventKind::kWorldStopped, m);
  switch (reason_) {
    case StopReason::kNone:
      return;
    case StopReason::kCollectionBegin:
      w_.collector.Begin(m);
      return Then(m, Step::kStart, w_.choices.Between(5'000, 50'000));
    case StopReason::kCollectionEnd:
      return w_.collector.EndCollection(m);
    case StopReason::kResize:
      return Then(m, Step::kResize, w_.choices.Between(1'000, 10'000));
    case StopReason::kPlain:
      // Mostly short; sometimes so long that the monitor goes to sleep deep.
      return Then(m, Step::kStart,
                  w_.choices.Chance(700) ? w_.choices.Between(1'000, 500'000)
                                         : w_.choices.Between(1'000'000, 200'000'000));
  }
}

void StopTheWorld::Restart(int32_t m) {
  M& thread = ThreadOf(m);
  Take(LockId::kSched, m);
  Trace(EventKind::kStartTheWorld, m);
  found_.clear();
  for (int32_t p = w_.processors.procs() - 1; p >= 0; --p) {
    P& processor = ProcessorOf(p);
    const bool own = p == thread.p;
    processor.status = own ? PROCTOR_P_RUNNING : PROCTOR_P_IDLE;
    TraceWrite(m, Variable::kStatus, processor.status, p);
    if (own) continue;
    if (RunQueues::LocalWork(processor) > 0) {
      found_.push_back(p);
    } else {
      w_.processors.PutIdle(m, p);
    }
  }
  TraceWrite(m, Variable::kStopPending, pending_ = false);
  w_.note.WakeUnderSched(m, Waker::kStartTheWorld);
  Drop(LockId::kSched, m);
  for (const int32_t p : found_) w_.threads.StartThread(m, p, false);
  w_.threads.WakeProcessor(m);
  Restarted(m);
}

void StopTheWorld::Restarted(int32_t m) {
  const StopReason reason = reason_;
  reason_ = StopReason::kNone;
  stopper_m_ = kNobody;
  if (reason == StopReason::kCollectionBegin) {
    // Marking takes place beside the tasks; this task does its share of it.
    w_.collector.SetMarkWork(m, true);
    return w_.programs.Compute(m, w_.choices.Between(50'000, 3'000'000));
  }
  while (!queue_.empty()) w_.queues.MakeReady(m, queue_.Pop());
  TaskOf(m).phase = kStarted;
  Then(m, Step::kResume, 1'000);
}

void StopTheWorld::SpringAmbush() {
  if (ambush_ && !w_.loop.CalledOff(*ambush_)) w_.dispatcher.Do(*ambush_);
}

}  // namespace proctor
