#include "conformance/world/dispatcher.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void Dispatcher::Do(const Appointment& appointment) {
  if (NeedsSched(appointment) && w_.locks.HeldByAnother(LockId::kSched, appointment.who)) {
    w_.locks.AddWaiter(appointment);
  } else if (appointment.who >= 0) {
    RunStep(appointment.who);
  } else if (appointment.who <= kFirstSignal) {
    w_.preemption.OnSignal(kFirstSignal - appointment.who);
  } else if (appointment.who <= kFirstOutside) {
    w_.surroundings.ActFromOutside(static_cast<size_t>(kFirstOutside - appointment.who));
  } else {
    w_.surroundings.Act(static_cast<Actor>(appointment.who));
  }
}

bool Dispatcher::NeedsSched(const Appointment& appointment) const {
  if (appointment.who <= kFirstSignal) return true;
  if (appointment.who < 0) {
    const auto actor = static_cast<Actor>(appointment.who);
    return actor == Actor::kResize || actor == Actor::kStop;
  }
  switch (ThreadOf(appointment.who).step) {
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

void Dispatcher::RunStep(int32_t m) {
  switch (ThreadOf(m).step) {
    case Step::kParked:
      return;
    case Step::kBegin: {
      const int32_t p = ThreadOf(m).next_p;
      ThreadOf(m).next_p = kNobody;
      if (ThreadOf(m).unstarted) {
        ThreadOf(m).unstarted = false;
        w_.threads.CountNew(m);
      }
      w_.processors.Acquire(m, p);
      return Then(m, Step::kSchedule);
    }
    case Step::kSchedule:
      return w_.search.Schedule(m);
    case Step::kSpun:
      return w_.search.LookOnceMore(m);
    case Step::kIdle:
      return w_.poller.BlockOrPark(m);
    case Step::kResume:
      return w_.programs.Resume(m);
    case Step::kOpEnd:
      return w_.programs.OnComputed(m);
    case Step::kEnterWake:
      return w_.syscalls.EnterWake(m);
    case Step::kEnter:
      return w_.syscalls.Enter(m);
    case Step::kEnterStop:
      return w_.syscalls.EnterStop(m);
    case Step::kReturn:
      return w_.syscalls.Return(m);
    case Step::kReturnSwap:
      return w_.syscalls.ReturnSwap(m);
    case Step::kReturnIdle:
      return w_.syscalls.ReturnIdle(m);
    case Step::kReturnSlow:
      return w_.syscalls.ReturnSlow(m);
    case Step::kPollTimeout:
    case Step::kPollBack:
      return w_.poller.Back(m);
    case Step::kStop:
      return w_.stop.Stop(m);
    case Step::kStopAgain:
      if (!Deviates(Deviation::kStopAsksOnce)) w_.preemption.PreemptAll(m);
      return Then(m, Step::kStopAgain, 100'000);
    case Step::kStopped:
      return w_.stop.Stopped(m);
    case Step::kResize:
      return w_.resize.Grow(m);
    case Step::kResized:
      return w_.resize.Resized(m);
    case Step::kStart:
      return w_.stop.Restart(m);
  }
}

}  // namespace proctor
