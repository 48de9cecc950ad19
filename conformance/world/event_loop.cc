#include "conformance/world/event_loop.h"

#include <algorithm>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void EventLoop::RunUntil(int64_t until_ns, bool note_ends_it) {
  CallRacersOff();
  while (!ended() && !(note_ends_it && w_.note.woken()) && !agenda_.empty() &&
         agenda_.first().time_ns <= until_ns) {
    if (w_.trace.events() > w_.setup.options.events_most) return w_.Finish(WorldEnd::kBudget, "");
    const Appointment next = agenda_.Pop();
    if (CalledOff(next)) continue;
    if (next.who >= 0) ThreadOf(next.who).on_agenda = false;
    if (until_ns - next.time_ns <= w_.setup.knobs.race_window_ns && next.time_ns > now_ns_ &&
        w_.choices.Chance(w_.setup.knobs.race_permille)) {
      const auto span = static_cast<uint32_t>(w_.setup.knobs.race_span_calls);
      racers_.push_back({next, w_.choices.Choose(span)});
      continue;
    }
    now_ns_ = std::max(now_ns_, next.time_ns);
    w_.dispatcher.Do(next);
  }
  if (!(note_ends_it && w_.note.woken())) now_ns_ = std::max(now_ns_, until_ns);
}

void EventLoop::RunTheRacers() {
  // Those that come in meanwhile wait for the next call.
  const size_t here = racers_.size();
  size_t kept = 0;
  for (size_t i = 0; i < here; ++i) {
    Racer racer = racers_[i];
    if (racer.calls_left > 0) {
      --racer.calls_left;
      racers_[kept++] = racer;
    } else if (!CalledOff(racer.appointment)) {
      w_.dispatcher.Do(racer.appointment);
    }
  }
  racers_.erase(racers_.begin() + static_cast<ptrdiff_t>(kept),
                racers_.begin() + static_cast<ptrdiff_t>(here));
}

// The monitor sleeps, or sleeps on: those that have not met it do without.
void EventLoop::CallRacersOff() {
  for (const Racer& racer : racers_) {
    agenda_.Add(now_ns_, racer.appointment.who, racer.appointment.stamp);
  }
  racers_.clear();
}

bool EventLoop::CalledOff(const Appointment& appointment) const {
  return appointment.who >= 0 && ThreadOf(appointment.who).stamp != appointment.stamp;
}

void EventLoop::Then(int32_t m, Step step, int64_t delay_ns) {
  M& thread = ThreadOf(m);
  SetStep(m, step);
  if (monitor_awake_ && delay_ns == 0) {
    const uint32_t calls = Span();
    racers_.push_back({{now_ns_, 0, m, thread.stamp}, calls});
  } else {
    thread.on_agenda = true;
    agenda_.Add(now_ns_ + delay_ns, m, thread.stamp);
  }
}

// What the thread was going to do is called off.
void EventLoop::SetStep(int32_t m, Step step) {
  M& thread = ThreadOf(m);
  thread.step = step;
  ++thread.stamp;
  if (!thread.on_agenda) return;
  thread.on_agenda = false;
  agenda_.NoteCalledOff([this](const Appointment& other) { return CalledOff(other); });
}

void EventLoop::Later(Actor actor, int64_t delay_ns) {
  agenda_.Add(now_ns_ + delay_ns, static_cast<int32_t>(actor), 0);
}

// False: nothing will ever happen again.
bool EventLoop::RunNext() {
  if (!racers_.empty()) {
    RunRacers();
    return true;
  }
  if (agenda_.empty()) return false;
  const Appointment next = agenda_.Pop();
  if (CalledOff(next)) return true;
  if (next.who >= 0) ThreadOf(next.who).on_agenda = false;
  AdvanceTo(next.time_ns);
  w_.dispatcher.Do(next);
  return true;
}

void EventLoop::Retry(const Appointment& appointment) {
  if (monitor_awake_) {
    racers_.push_back({appointment, Span()});
  } else {
    agenda_.Add(now_ns_, appointment.who, appointment.stamp);
  }
}

uint32_t EventLoop::Span() {
  return w_.choices.Choose(static_cast<uint32_t>(w_.setup.knobs.step_span_calls));
}

}  // namespace proctor
