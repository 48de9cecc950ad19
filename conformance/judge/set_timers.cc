#include "conformance/judge/set_timers.h"

#include <fmt/core.h>

#include <utility>

namespace proctor {

using enum ClauseId;

namespace {

bool IsOfTimer(const Event& event) {
  return event.Is(Arg::kOp, Op::kSetTimer) || event.Is(Arg::kOp, Op::kStopTimer) ||
         event.Is(Arg::kOp, Op::kResetTimer);
}

}  // namespace

void SetTimers::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kOpBegin:
      if (IsOfTimer(event)) OnBegin(event);
      return;
    case EventKind::kOpEnd:
      if (IsOfTimer(event)) OnEnd(event);
      return;
    case EventKind::kGap:
      tasks_.clear();
      to_fire_ = 0;
      return;
    case EventKind::kTimerAnswer:
    case EventKind::kTimerExpired:
      break;
    default:
      return;
  }
  const auto task = tasks_.find(event.g);
  if (task == tasks_.end()) return;
  if (event.kind == EventKind::kTimerAnswer) return OnAnswer(task->second, event);
  // Before the answer it is not known whether it was to fire.
  if (task->second.operation) {
    task->second.meanwhile.push_back(event);
  } else {
    OnExpired(task->second, event);
  }
}

void SetTimers::OnBegin(const Event& event) {
  if (tasks_.size() >= kTasksMost && !tasks_.contains(event.g)) return;
  tasks_[event.g].operation = event;
}

void SetTimers::OnEnd(const Event& event) {
  const auto task = tasks_.find(event.g);
  if (task == tasks_.end()) return;
  Timer* timer = std::exchange(task->second.answered, nullptr);
  if (timer == nullptr || !timer->is_set) return;
  Setting& setting = timer->to_fire.back();
  setting.due_by_ns = event.time_ns + setting.begin.Get(Arg::kDurationNs);
}

void SetTimers::OnAnswer(Task& task, const Event& event) {
  if (!task.operation) return;  // the evidence begins in the middle
  const Event begin = *std::exchange(task.operation, std::nullopt);
  Timer& timer = task.timers[event.Get(Arg::kTimer)];
  if (event.Get(Arg::kActive) != 0) {
    OnActive(timer, event);
  } else {
    OnInactive(timer, event);
  }
  if (!begin.Is(Arg::kOp, Op::kStopTimer)) {
    timer.to_fire.push_back(
        {.begin = begin, .due_ns = begin.time_ns + begin.Get(Arg::kDurationNs)});
    timer.is_set = true;
    ++to_fire_;
    task.answered = &timer;
  }
  for (const Event& expired : std::exchange(task.meanwhile, {})) OnExpired(task, expired);
}

void SetTimers::OnActive(Timer& timer, const Event& event) {
  if (timer.is_set) {
    listener_.OnStopped(timer.to_fire.back(), event);
    timer.to_fire.pop_back();
    --to_fire_;
    timer.is_set = false;
    timer.stopped = event;
    return listener_.OnTimer(kTIME_6, "", {});
  }
  const bool has_fired =
      timer.expired && (!timer.stopped || timer.stopped->time_ns < timer.expired->time_ns);
  const std::optional<Event>& before = has_fired ? timer.expired : timer.stopped;
  std::vector<Event> evidence = {event};
  if (before) evidence.insert(evidence.begin(), *before);
  listener_.OnTimer(kTIME_6,
                    fmt::format("a timer was said to be still to fire although it {}",
                                has_fired       ? "had fired"
                                : timer.stopped ? "had been stopped"
                                                : "was never set"),
                    std::move(evidence));
}

void SetTimers::OnInactive(Timer& timer, const Event& event) {
  if (!timer.is_set) return listener_.OnTimer(kTIME_6, "", {});
  timer.is_set = false;  // it has fired, and its stamp is to come
  const Setting& setting = timer.to_fire.back();
  if (event.time_ns >= setting.due_ns) return listener_.OnTimer(kTIME_6, "", {});
  listener_.OnTimer(kTIME_6,
                    fmt::format("a timer was said to have fired {} ns before its time",
                                setting.due_ns - event.time_ns),
                    {setting.begin, event});
}

void SetTimers::OnExpired(Task& task, const Event& event) {
  Timer& timer = task.timers[event.Get(Arg::kTimer)];
  if (timer.to_fire.empty()) {
    OnExtra(timer, event);
  } else {
    const Setting setting = timer.to_fire.front();
    timer.to_fire.pop_front();
    --to_fire_;
    if (timer.to_fire.empty()) timer.is_set = false;
    listener_.OnTimer(kTIME_1,
                      event.time_ns >= setting.due_ns
                          ? std::string()
                          : fmt::format("a timer that was set for {} ns fired after {} ns",
                                        setting.begin.Get(Arg::kDurationNs),
                                        event.time_ns - setting.begin.time_ns),
                      {setting.begin, event});
    listener_.OnTimer(kTIME_5, "", {});
    listener_.OnTimer(kTIME_7, "", {});
    listener_.OnFired(setting, event);
  }
  timer.expired = event;
}

// Nothing that it was set for is left.
void SetTimers::OnExtra(const Timer& timer, const Event& event) {
  if (timer.stopped && (!timer.expired || timer.expired->time_ns < timer.stopped->time_ns)) {
    return listener_.OnTimer(kTIME_6, "a timer fired although it had been stopped before",
                             {*timer.stopped, event});
  }
  std::vector<Event> evidence = {event};
  if (timer.expired) evidence.insert(evidence.begin(), *timer.expired);
  listener_.OnTimer(kTIME_7, "a timer fired once more than it was set", std::move(evidence));
}

const SetTimers::Setting* SetTimers::EarliestToFire() const {
  const Setting* earliest = nullptr;
  for (const auto& [g, task] : tasks_) {
    for (const auto& [number, timer] : task.timers) {
      for (const Setting& setting : timer.to_fire) {
        if (earliest == nullptr || setting.due_ns < earliest->due_ns) earliest = &setting;
      }
    }
  }
  return earliest;
}

}  // namespace proctor
