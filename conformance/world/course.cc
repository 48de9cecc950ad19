// The course of the world: its clock, who acts next, and what races with the monitor.
//
// While the monitor sleeps, everything happens in the order of the agenda. Real threads also meet
// the monitor at work, in windows of nanoseconds that no seed would ever hit. So steps that fall
// due shortly before the monitor wakes up may be late: such a racer happens inside one of the
// monitor's next calls. And a thread that has begun something there does its next steps there, too,
// so that any step may meet any call.

#include <algorithm>

#include "conformance/world/scheduler.h"

namespace proctor {

void Scheduler::RunUntil(int64_t until_ns, bool note_ends_it) {
  CallRacersOff();
  while (!ended_ && !(note_ends_it && note_woken_) && !agenda_.empty() &&
         agenda_.first().time_ns <= until_ns) {
    if (run_.events > options_.events_most) return Finish(WorldEnd::kBudget, "");
    const Appointment next = agenda_.Pop();
    if (CalledOff(next)) continue;
    if (next.who >= 0) ThreadOf(next.who).on_agenda = false;
    if (until_ns - next.time_ns <= knobs_.race_window_ns && next.time_ns > now_ns_ &&
        choices_.Chance(knobs_.race_permille)) {
      const auto span = static_cast<uint32_t>(knobs_.race_span_calls);
      racers_.push_back({next, choices_.Choose(span)});
      continue;
    }
    now_ns_ = std::max(now_ns_, next.time_ns);
    Do(next);
  }
  if (!(note_ends_it && note_woken_)) now_ns_ = std::max(now_ns_, until_ns);
}

void Scheduler::RunRacers() {
  // Those that come in meanwhile wait for the next call.
  const size_t here = racers_.size();
  size_t kept = 0;
  for (size_t i = 0; i < here; ++i) {
    Racer racer = racers_[i];
    if (racer.calls_left > 0) {
      --racer.calls_left;
      racers_[kept++] = racer;
    } else if (!CalledOff(racer.appointment)) {
      Do(racer.appointment);
    }
  }
  racers_.erase(racers_.begin() + static_cast<ptrdiff_t>(kept),
                racers_.begin() + static_cast<ptrdiff_t>(here));
}

// The monitor sleeps, or sleeps on: whoever has not met it does without.
void Scheduler::CallRacersOff() {
  for (const Racer& racer : racers_) {
    agenda_.Add(now_ns_, racer.appointment.who, racer.appointment.stamp);
  }
  racers_.clear();
}

bool Scheduler::CalledOff(const Appointment& appointment) const {
  return appointment.who >= 0 &&
         ms_[static_cast<size_t>(appointment.who)].stamp != appointment.stamp;
}

void Scheduler::Do(const Appointment& appointment) {
  if (NeedsSched(appointment) && Owner(LockId::kSched) != kNobody &&
      Owner(LockId::kSched) != appointment.who) {
    lock_waiters_.push_back(appointment);
  } else if (appointment.who >= 0) {
    RunStep(appointment.who);
  } else if (appointment.who <= kFirstSignal) {
    OnSignal(kFirstSignal - appointment.who);
  } else if (appointment.who <= kFirstOutside) {
    DoOutside(static_cast<size_t>(kFirstOutside - appointment.who));
  } else {
    DoActor(static_cast<Actor>(appointment.who));
  }
}

bool Scheduler::NeedsSched(const Appointment& appointment) const {
  if (appointment.who <= kFirstSignal) return true;
  if (appointment.who < 0) {
    const auto actor = static_cast<Actor>(appointment.who);
    return actor == Actor::kResize || actor == Actor::kStop;
  }
  switch (ms_[static_cast<size_t>(appointment.who)].step) {
    case Step::kParked:
    case Step::kBegin:
    case Step::kEnter:
    case Step::kReturn:
    case Step::kReturnSwap:
    case Step::kStopAgain:
    case Step::kStopped:
      return false;
    default:
      return true;
  }
}

void Scheduler::RunStep(int32_t m) {
  switch (ThreadOf(m).step) {
    case Step::kParked:
      return;
    case Step::kBegin: {
      const int32_t p = ThreadOf(m).next_p;
      ThreadOf(m).next_p = kNobody;
      if (ThreadOf(m).unstarted) {
        ThreadOf(m).unstarted = false;
        TellWrite(m, Variable::kThreads, ++threads_);
      }
      Acquire(m, p);
      return Then(m, Step::kSchedule);
    }
    case Step::kSchedule:
      return Schedule(m);
    case Step::kSpun:
      return LookOnceMore(m);
    case Step::kIdle:
      return BlockOrPark(m);
    case Step::kResume:
      return Resume(m);
    case Step::kOpEnd:
      return OnComputed(m);
    case Step::kEnterWake:
      return EnterWake(m);
    case Step::kEnter:
      return Enter(m);
    case Step::kEnterStop:
      return EnterStop(m);
    case Step::kReturn:
      return Return(m);
    case Step::kReturnSwap:
      return ReturnSwap(m);
    case Step::kReturnIdle:
      return ReturnIdle(m);
    case Step::kReturnSlow:
      return ReturnSlow(m);
    case Step::kPollTimeout:
    case Step::kPollBack:
      return PollBack(m);
    case Step::kStop:
      return StopTheWorld(m);
    case Step::kStopAgain:
      if (!Deviates(Deviation::kStopAsksOnce)) PreemptAll(m);
      return Then(m, Step::kStopAgain, 100'000);
    case Step::kStopped:
      return WorldStopped(m);
    case Step::kResize:
      return Grow(m);
    case Step::kResized:
      return Resized(m);
    case Step::kStart:
      return StartTheWorld(m);
  }
}

void Scheduler::Then(int32_t m, Step step, int64_t delay_ns) {
  M& thread = ThreadOf(m);
  SetStep(m, step);
  if (monitor_awake_ && delay_ns == 0) {
    const uint32_t calls = choices_.Choose(StepSpan());
    racers_.push_back({{now_ns_, 0, m, thread.stamp}, calls});
  } else {
    thread.on_agenda = true;
    agenda_.Add(now_ns_ + delay_ns, m, thread.stamp);
  }
}

// Whatever the thread was going to do is called off.
void Scheduler::SetStep(int32_t m, Step step) {
  M& thread = ThreadOf(m);
  thread.step = step;
  ++thread.stamp;
  if (!thread.on_agenda) return;
  thread.on_agenda = false;
  agenda_.NoteCalledOff([this](const Appointment& other) { return CalledOff(other); });
}

void Scheduler::Later(Actor actor, int64_t delay_ns) {
  agenda_.Add(now_ns_ + delay_ns, static_cast<int32_t>(actor), 0);
}

void Scheduler::Take(LockId lock, int32_t m) {
  if (m == kMonitorM) WaitForLock(lock);
  Owner(lock) = m;
  Tell(EventKind::kLock, m, kNobody, kNobody, static_cast<int64_t>(lock));
}

void Scheduler::Drop(LockId lock, int32_t m) {
  Owner(lock) = kNobody;
  Tell(EventKind::kUnlock, m, kNobody, kNobody, static_cast<int64_t>(lock));
  if (lock_waiters_.empty()) return;
  // Whoever waited for this lock tries again, and may find it taken by another one.
  for (const Appointment& waiter : lock_waiters_) {
    if (monitor_awake_) {
      racers_.push_back({waiter, choices_.Choose(StepSpan())});
    } else {
      agenda_.Add(now_ns_, waiter.who, waiter.stamp);
    }
  }
  lock_waiters_.clear();
}

void Scheduler::DoActor(Actor actor) {
  switch (actor) {
    case Actor::kBudgetEnd:
      return Finish(WorldEnd::kBudget, "");
    case Actor::kResize:
      if (Waits(Role::kResizer)) {
        const auto most = static_cast<uint32_t>(knobs_.resize_most);
        new_procs_ = 1 + static_cast<int32_t>(choices_.Choose(most));
        StartWaiter(Role::kResizer);
      }
      return Later(actor, About(knobs_.resize_every_ns));
    case Actor::kStop:
      StartWaiter(Role::kStopper);
      return Later(actor, About(knobs_.stop_every_ns));
    case Actor::kHoldMonitorLock:
      if (Owner(LockId::kMonitor) != kNobody) return Later(actor, 1'000);
      Take(LockId::kMonitor, kForeignM);
      return Later(Actor::kReleaseMonitorLock, choices_.Between(1'000, 30'000'000));
    case Actor::kReleaseMonitorLock:
      Drop(LockId::kMonitor, kForeignM);
      return Later(Actor::kHoldMonitorLock, About(knobs_.hold_monitor_every_ns));
    case Actor::kTraceWork:
      if (!trace_work_) TellWrite(kForeignM, Variable::kTraceWork, trace_work_ = true);
      return Later(actor, About(knobs_.trace_work_every_ns));
    case Actor::kSafePoint:
      for (int32_t p = 0; p < processor_count_; ++p) {
        if (ProcessorOf(p).status != PROCTOR_P_SYSCALL &&
            ProcessorOf(p).status != PROCTOR_P_RUNNING)
          continue;
        ProcessorOf(p).safe_point = true;
        TellWrite(kForeignM, Variable::kSafePoint, 1, p);
      }
      return Later(actor, About(knobs_.safe_point_every_ns));
    case Actor::kAskScavenger:
      if (!scavenger_asked_)
        TellWrite(kForeignM, Variable::kScavengerAsked, scavenger_asked_ = true);
      return Later(actor, About(knobs_.ask_scavenger_every_ns));
    case Actor::kDying:
      TellWrite(kForeignM, Variable::kDying, dying_ = true);
      return Later(Actor::kDead, choices_.Between(1'000, 50'000'000));
    case Actor::kDead:
      return Finish(WorldEnd::kDied, "");
  }
}

// Whether one of the runtime's own tasks waits to be asked.
bool Scheduler::Waits(Role role) const {
  const G& task = gs_[static_cast<size_t>(IndexOf(role))];
  return task.status == TaskStatus::kWaiting && task.phase == kNotStarted;
}

void Scheduler::StartWaiter(Role role) {
  if (!Waits(role)) return;
  found_ = {IndexOf(role)};
  InjectWithoutP(kForeignM, found_);
}

void Scheduler::DoOutside(size_t index) {
  const Outside& outside = scenario_.outside[index];
  const int32_t who = kFirstOutside - static_cast<int32_t>(index);
  switch (outside.kind) {
    case OutsideKind::kReady:
      MakeDescriptorReady(outside.descriptor);
      if (--outside_left_[index] > 0) agenda_.Add(now_ns_ + outside.every_ns, who, 0);
      return;
    case OutsideKind::kStop: {
      Tell(EventKind::kStopped, kNobody);
      // Nothing happens until the process goes on; whatever falls due until then is late.
      int64_t until_ns = start_ns_ + scenario_.budget_ms * 1'000'000;
      for (size_t i = index + 1; i < scenario_.outside.size(); ++i) {
        if (scenario_.outside[i].kind != OutsideKind::kContinue) continue;
        until_ns = std::min(until_ns, start_ns_ + scenario_.outside[i].at_ns);
        break;
      }
      now_ns_ = std::max(now_ns_, until_ns);
      return Tell(EventKind::kContinued, kNobody);
    }
    case OutsideKind::kContinue:
      return;
  }
}

}  // namespace proctor
