#include "conformance/judge/tasks.h"

#include <fmt/core.h>

namespace proctor {
namespace {

// Threads without a P use the CPU too: the monitor (more so while it is traced), threads on their
// way into and out of system calls. Two tasks at once on one P would use twice as much as allowed.
constexpr double kShareAllowed = 1.5;
constexpr int64_t kWindowNsLeast = 100'000'000;

}  // namespace

TasksJudge::TasksJudge(const Header& header)
    : Judge(kX, {ClauseId::kHAND_8, ClauseId::kSYS_8, ClauseId::kCAD_9}),
      in_force_(header.in_force),
      activity_(header.emits) {
  using enum EventKind;
  Needs({ClauseId::kHAND_8}, KindSet({kTaskSpawn, kScenarioEnd}) | Activity::Kinds());
  Needs({ClauseId::kSYS_8}, KindSet({kCpuTime}));
  Needs({ClauseId::kCAD_9}, KindSet({kOpBegin, kOpEnd}));
}

void TasksJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kTaskSpawn: {
      Event spawned = event;
      if (runnable_.size() < kTasksMost) {
        runnable_.insert_or_assign(event.Get(Arg::kTask), spawned);
      } else {
        untracked_ = true;
      }
      break;
    }
    case EventKind::kTaskStart:
      if (runnable_.erase(event.g) > 0) Trigger(ClauseId::kHAND_8);
      break;
    case EventKind::kOpBegin:
      if (event.Is(Arg::kOp, Op::kSleep) && sleeps_.size() < kTasksMost) {
        sleeps_.insert_or_assign(event.g, event);
      }
      break;
    case EventKind::kOpEnd:
      if (event.Is(Arg::kOp, Op::kSleep)) OnSleepEnd(event);
      break;
    case EventKind::kCpuTime:
      OnCpuTime(event);
      break;
    case EventKind::kScenarioEnd:
      scenario_end_ = event;
      break;
    case EventKind::kDeadlockReport:
      report_ = event;
      break;
    case EventKind::kCanGoOn:
      OnCanGoOn(event);
      break;
    case EventKind::kGap:
      runnable_.clear();
      sleeps_.clear();
      cpu_times_.clear();
      break;
    default:
      break;
  }
  if (event.kind == EventKind::kAtRest) OnRest(event);
  if (event.kind == EventKind::kProcessExit) OnExit(event);
  activity_.Observe(event);
  lull_.Observe(event);
}

// Nothing runs any more. A task that waits for another task may do so for ever; no other may.
void TasksJudge::OnRest(const Event& event) {
  const int64_t among_themselves = activity_.open(Op::kSend) + activity_.open(Op::kReceive);
  const int64_t for_network = activity_.open(Op::kWait);
  const bool stranded = !runnable_.empty() || among_themselves + for_network < activity_.live();
  if (activity_.lost() || untracked_ || !lull_.last_stamp() || !stranded) return;
  Violate(ClauseId::kHAND_8,
          fmt::format("no thread has run for {} ns; {} tasks have not started and {} are in the "
                      "middle of an operation that is over by then",
                      event.Get(Arg::kDurationNs), runnable_.size(),
                      activity_.live() - among_themselves - for_network),
          {*lull_.last_stamp(), event});
}

// The runtime itself says that nothing can run, and is wrong.
void TasksJudge::OnCanGoOn(const Event& event) {
  if (!report_) return;
  std::vector<Event> evidence = {*report_, event};
  if (lull_.last_stamp()) evidence.insert(evidence.begin(), *lull_.last_stamp());
  Violate(ClauseId::kHAND_8,
          fmt::format("the runtime reported a deadlock although task {} could go on", event.g),
          std::move(evidence));
}

void TasksJudge::OnExit(const Event& event) {
  if (runnable_.empty() || untracked_ || scenario_end_) return;
  // Some task may compute, and all others wait for its P.
  const bool others_rest = !activity_.lost() && activity_.open_waiting() == activity_.live();
  if (!others_rest || !lull_.IsLongAt(event.time_ns)) {
    LeaveOpen(ClauseId::kHAND_8, "the process ended while tasks were runnable");
    return;
  }
  Violate(ClauseId::kHAND_8,
          fmt::format("{} runnable tasks never started, though nothing else ran for {} ns and the "
                      "monitor slept deep",
                      runnable_.size(), event.time_ns - lull_.last_stamp()->time_ns),
          {runnable_.begin()->second, event});
}

void TasksJudge::OnSleepEnd(const Event& event) {
  const auto found = sleeps_.find(event.g);
  if (found == sleeps_.end()) return;
  const Event begin = found->second;
  sleeps_.erase(found);
  const int64_t asked_ns = begin.Get(Arg::kDurationNs);
  if (asked_ns <= 0) return;
  if (event.time_ns - begin.time_ns < asked_ns) {
    Violate(ClauseId::kCAD_9,
            fmt::format("a task that asked to sleep {} ns was back after {} ns", asked_ns,
                        event.time_ns - begin.time_ns),
            {begin, event});
  } else {
    Trigger(ClauseId::kCAD_9);
  }
}

void TasksJudge::OnCpuTime(const Event& event) {
  const auto found = cpu_times_.find(event.g);
  if (found != cpu_times_.end() && in_force_.procs > 0) {
    const int64_t elapsed_ns = event.time_ns - found->second.time_ns;
    const int64_t used_ns = event.Get(Arg::kCpuNs) - found->second.Get(Arg::kCpuNs);
    const double allowed_ns =
        kShareAllowed * static_cast<double>(in_force_.procs) * static_cast<double>(elapsed_ns);
    if (elapsed_ns >= kWindowNsLeast && static_cast<double>(used_ns) > allowed_ns) {
      Violate(ClauseId::kSYS_8,
              fmt::format("{} ns of CPU time were used in {} ns with {} P", used_ns, elapsed_ns,
                          in_force_.procs),
              {found->second, event});
    } else if (elapsed_ns >= kWindowNsLeast) {
      Trigger(ClauseId::kSYS_8);
    }
  }
  if (cpu_times_.size() < kTasksMost) cpu_times_.insert_or_assign(event.g, event);
}

void TasksJudge::Close() {
  if (scenario_end_ && !runnable_.empty() && !untracked_) {
    Violate(ClauseId::kHAND_8,
            fmt::format("the scenario ended with {} runnable tasks that never started",
                        runnable_.size()),
            {runnable_.begin()->second, *scenario_end_});
  }
}

}  // namespace proctor
