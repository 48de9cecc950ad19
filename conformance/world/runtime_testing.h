// What tests of the virtual runtime's parts share: a runtime without a monitor, and what it traced.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_RUNTIME_TESTING_H_
#define PROCTOR_CONFORMANCE_WORLD_RUNTIME_TESTING_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "conformance/scenario/operations.h"
#include "conformance/world/virtual_runtime.h"

namespace proctor {

inline Scenario WithTasks(int64_t procs, std::vector<Task> tasks) {
  Scenario scenario;
  scenario.name = "test";
  scenario.budget_ms = 1'000;
  scenario.tunables = {{"procs", procs}};
  scenario.channels = {{.capacity = 1}};
  scenario.descriptors = 1;
  scenario.tasks = std::move(tasks);
  return scenario;
}

// Nothing happens by itself: no task has been started, and the main task does not end the process.
inline Knobs Still(const Scenario& scenario) {
  Knobs knobs = Knobs::Quiet(scenario);
  knobs.main_leaves = true;
  return knobs;
}

// A task that sleeps keeps a scenario alive without doing anything.
inline Scenario Idle(int64_t procs) {
  return WithTasks(procs, {{.ops = {For(Op::kSleep, 500'000'000)}}});
}

class TestRuntime : private EventSink {
 public:
  explicit TestRuntime(const Scenario& scenario) : TestRuntime(scenario, Knobs::Quiet(scenario)) {}
  TestRuntime(const Scenario& scenario, const Knobs& knobs)
      : scenario_(scenario), runtime_(scenario_, options_, knobs, *this) {
    runtime_.Start();
  }

  VirtualRuntime* operator->() { return &runtime_; }
  // Lets that much time pass.
  void Run(int64_t duration_ns) {
    runtime_.loop.RunUntil(runtime_.loop.now_ns() + duration_ns, false);
  }

  int64_t Count(EventKind kind) const { return std::ranges::count(events_, kind, &Event::kind); }
  // Of the last event of that kind.
  const Event& Last(EventKind kind) const {
    static const Event none;
    const auto found = std::find_if(events_.rbegin(), events_.rend(),
                                    [&](const Event& event) { return event.kind == kind; });
    return found != events_.rend() ? *found : none;
  }

 private:
  void Observe(const Event& event) override { events_.push_back(event); }

  std::vector<Event> events_;
  const Scenario scenario_;
  const WorldOptions options_;
  VirtualRuntime runtime_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_RUNTIME_TESTING_H_
