#include "conformance/world/virtual_runtime.h"

#include <utility>

namespace proctor {
namespace {

constexpr int32_t ExitStatus(WorldEnd end) { return end == WorldEnd::kDone ? 0 : 2; }

}  // namespace

VirtualRuntime::VirtualRuntime(const Scenario& scenario, const WorldOptions& options,
                               const Knobs& knobs, EventSink& sink)
    : setup{.scenario = scenario,
            .options = options,
            .knobs = knobs,
            .tunables = scenario.Asked(),
            .by_task_lock = TakesByTaskLock(options.profile)},
      choices(scenario.seed, options.choices),
      trace(sink) {}

void VirtualRuntime::Start() {
  const auto say = [&](EventKind kind, int32_t m) {
    trace.Add(loop.now_ns(), kind, m, kNobody, kNobody, 0, 0, 0);
  };
  const auto write = [&](Variable variable, int64_t value) {
    trace.Add(loop.now_ns(), EventKind::kWrite, kNobody, kNobody, kNobody,
              static_cast<int64_t>(variable), value, 0);
  };
  say(EventKind::kProcessStart, kNobody);
  processors.Start();
  poller.Start();
  collector.Start();
  own_tasks.Start();
  write(Variable::kInterceptors, setup.knobs.interceptors);
  write(Variable::kLibrary, setup.knobs.library);
  threads.Start();
  processors.Acquire(kMainM, 0);
  say(EventKind::kMonitorStart, kMonitorM);
  say(EventKind::kScenarioStart, kNobody);
  tasks.Start();
  for (size_t i = 0; i < setup.scenario.tasks.size(); ++i) {
    if (setup.scenario.tasks[i].start) programs.Spawn(kMainM, static_cast<int32_t>(i));
  }
  if (tasks.live() == 0) programs.EndScenario(kMainM);
  loop.Then(kMainM, Step::kSchedule, 1'000);
  surroundings.Start();
}

void VirtualRuntime::Finish(WorldEnd end, std::string message) {
  if (ended()) return;
  if (end == WorldEnd::kReturned) {
    trace.Add(loop.now_ns(), EventKind::kMonitorExit, kMonitorM, kNobody, kNobody, 0, 0, 0);
  }
  if (!BlamesMonitor(end) && end != WorldEnd::kBudget) {
    trace.Add(loop.now_ns(), EventKind::kProcessExit, kNobody, kNobody, kNobody, ExitStatus(end), 0,
              0);
  }
  end_ = end;
  message_ = std::move(message);
  virtual_ns_ = loop.now_ns() - loop.start_ns();
  trace.End();
}

WorldRun VirtualRuntime::run() const {
  return {.end = end_,
          .message = message_,
          .virtual_ns = virtual_ns_,
          .cycles = sleep.cycles(),
          .events = trace.events()};
}

}  // namespace proctor
