#include "conformance/world/scheduler.h"

namespace proctor {
namespace {

// The clock's beginning: not 0, which means "never" to a scheduler, and long after it.
constexpr int64_t kBootNs = 1'000'000'000'000;

constexpr int32_t ExitStatus(WorldEnd end) { return end == WorldEnd::kDone ? 0 : 2; }

}  // namespace

Scheduler::Scheduler(const Scenario& scenario, const WorldOptions& options, const Knobs& knobs,
                     EventSink& sink)
    : scenario_(scenario),
      options_(options),
      knobs_(knobs),
      tunables_(scenario.Asked()),
      by_task_lock_(TakesByTaskLock(options.profile)),
      sink_(sink),
      choices_(scenario.seed, options.choices),
      now_ns_(kBootNs),
      start_ns_(kBootNs),
      procs_(knobs.procs),
      processor_count_(knobs.procs),
      last_poll_ns_(kBootNs),
      descriptors_(static_cast<size_t>(scenario.descriptors)),
      channels_(scenario.channels.size()),
      last_collection_ns_(knobs.collected_before ? kBootNs : 0) {
  owners_.fill(kNobody);
  racers_.reserve(64);
  gs_.reserve(static_cast<size_t>(kOwnTasks) + scenario.tasks.size());
}

void Scheduler::Start() {
  Tell(EventKind::kProcessStart, kNobody);
  ps_.resize(static_cast<size_t>(procs_));
  TellWrite(kNobody, Variable::kProcs, procs_);
  TellWrite(kNobody, Variable::kProcessorCount, procs_);
  for (int32_t p = 0; p < procs_; ++p) {
    P& processor = ProcessorOf(p);
    processor.schedule_tick = processor.syscall_tick = knobs_.first_tick;
    TellWrite(kNobody, Variable::kStatus, PROCTOR_P_IDLE, p);
    if (knobs_.first_tick == 0) continue;
    TellWrite(kNobody, Variable::kScheduleTick, knobs_.first_tick, p);
    TellWrite(kNobody, Variable::kSyscallTick, knobs_.first_tick, p);
  }
  for (int32_t p = procs_ - 1; p > 0; --p) idle_ps_.push_back(p);
  TellWrite(kNobody, Variable::kIdleProcessors, idle_processors());
  TellWrite(kNobody, Variable::kLastPoll, last_poll_ns_);
  TellWrite(kNobody, Variable::kCollectorEnabled, collector_enabled_);
  TellWrite(kNobody, Variable::kCollectorPercent, tunables_.gc_percent);
  TellWrite(kNobody, Variable::kLastCollection, last_collection_ns_);
  TellWrite(kNobody, Variable::kHelperIdle, helper_idle_ = true);
  TellWrite(kNobody, Variable::kScavengerParked, scavenger_parked_);
  TellWrite(kNobody, Variable::kInterceptors, knobs_.interceptors);
  TellWrite(kNobody, Variable::kLibrary, knobs_.library);
  TellWrite(kNobody, Variable::kThreads, threads_ = 2);

  ms_.resize(2);
  ThreadOf(kMainM).p = kNobody;
  Acquire(kMainM, 0);
  Tell(EventKind::kMonitorStart, kMonitorM);
  Tell(EventKind::kScenarioStart, kNobody);

  for (int32_t i = 0; i < kOwnTasks; ++i) {
    G task;
    task.id = kFirstOwnTask + i;
    task.role = static_cast<Role>(i + 1);
    task.status = TaskStatus::kWaiting;
    task.begun = true;
    gs_.push_back(task);
    if (task.role != Role::kMain) {
      TellWrite(kNobody, Variable::kTaskStatus, static_cast<int64_t>(task.status), kNobody,
                task.id);
    }
  }
  G& main = gs_[static_cast<size_t>(IndexOf(Role::kMain))];
  ++tasks_by_status_[static_cast<size_t>(main.status)];
  SetStatus(kNobody, main, knobs_.main_leaves ? TaskStatus::kGone : TaskStatus::kWaiting);
  for (size_t i = 0; i < scenario_.tasks.size(); ++i) {
    if (scenario_.tasks[i].start) Spawn(kMainM, static_cast<int32_t>(i));
  }
  if (live_tasks_ == 0) EndScenario(kMainM);
  Then(kMainM, Step::kSchedule, 1'000);

  Later(Actor::kBudgetEnd, scenario_.budget_ms * 1'000'000);
  const auto now_and_then = [&](Actor actor, int64_t every_ns) {
    if (every_ns > 0) Later(actor, About(every_ns));
  };
  now_and_then(Actor::kResize, knobs_.resize_every_ns);
  now_and_then(Actor::kStop, knobs_.stop_every_ns);
  now_and_then(Actor::kHoldMonitorLock, knobs_.hold_monitor_every_ns);
  now_and_then(Actor::kTraceWork, knobs_.trace_work_every_ns);
  now_and_then(Actor::kSafePoint, knobs_.safe_point_every_ns);
  now_and_then(Actor::kAskScavenger, knobs_.ask_scavenger_every_ns);
  now_and_then(Actor::kDying, knobs_.dies_at_ns);
  for (size_t i = 0; i < scenario_.outside.size(); ++i) {
    outside_left_.push_back(scenario_.outside[i].times);
    agenda_.Add(start_ns_ + scenario_.outside[i].at_ns, kFirstOutside - static_cast<int32_t>(i), 0);
  }
}

void Scheduler::Finish(WorldEnd end, std::string message) {
  if (ended_) return;
  if (!BlamesMonitor(end) && end != WorldEnd::kBudget) {
    Tell(EventKind::kProcessExit, kNobody, kNobody, kNobody, ExitStatus(end));
  }
  run_.end = end;
  run_.message = std::move(message);
  run_.virtual_ns = now_ns_ - start_ns_;
  ended_ = true;
}

}  // namespace proctor
