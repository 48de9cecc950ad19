#include "stress/run/latencies.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include "conformance/scenario/operations.h"

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;

Measurement Make(std::string name, std::string about, std::string span, std::string floor,
                 int64_t procs, std::vector<Task> tasks) {
  return {.scenario = {.name = std::move(name),
                       .about = std::move(about),
                       .budget_ms = 30'000,
                       .tunables = {{"procs", procs}},
                       .channels = {{}, {}},
                       .tasks = std::move(tasks),
                       .stamps = Stamps::kNone},
          .span = std::move(span),
          .floor = std::move(floor)};
}

Task Spawned() { return {.ops = {For(Op::kYield)}, .start = false}; }

// One that makes another runnable and goes on with `behind` in its way.
std::vector<Task> Behind(std::vector<Operation> first, Operation behind, int64_t repeat) {
  first.push_back({.op = Op::kSpawn, .task = 1});
  first.push_back(behind);
  return {{.ops = std::move(first), .repeat = repeat}, Spawned()};
}

// Two tasks that ask and answer each other in turns.
std::vector<Task> Conversation(int64_t times) {
  return {{.ops = {{.op = Op::kSend, .channel = 0}, {.op = Op::kReceive, .channel = 1}},
           .repeat = times},
          {.ops = {{.op = Op::kReceive, .channel = 0}, {.op = Op::kSend, .channel = 1}},
           .repeat = times}};
}

// How it grows: for each number the same scenario with so many of what is counted.
void AddCurve(std::vector<Measurement>& all, const std::string& grows_with,
              std::initializer_list<int64_t> numbers, Measurement (*make)(int64_t number)) {
  for (const int64_t number : numbers) {
    Measurement point = make(number);
    point.scenario.name = fmt::format("{}_by_{}_{}", point.scenario.name, grows_with, number);
    point.grows_with = grows_with;
    point.at = number;
    all.push_back(std::move(point));
  }
}

void AddCurves(std::vector<Measurement>& all) {
  AddCurve(all, "timers", {1, 10, 100, 1'000, 10'000}, [](int64_t timers) {
    return Make("timer", "how late timers fire that are due at about one time", "sleep", "sleep", 2,
                {{.ops = {{.op = Op::kSpawn, .task = 1}}, .repeat = timers},
                 {.ops = {For(Op::kSleep, 50 * kMs)}, .start = false}});
  });
  AddCurve(all, "tasks", {2, 10, 100, 1'000}, [](int64_t tasks) {
    const Task yields{.ops = {For(Op::kYield)}, .repeat = 20'000 / tasks};
    return Make("yield", "a yield to all other tasks", "yield", "switch", 1,
                std::vector<Task>(static_cast<size_t>(tasks), yields));
  });
  AddCurve(all, "processors", {1, 2, 4, 8}, [](int64_t procs) {
    return Make("channel", "waiting for the answer of another task", "receive", "switch", procs,
                Conversation(5'000));
  });
  AddCurve(all, "descriptors", {1, 10, 100}, [](int64_t descriptors) {
    std::vector<Task> tasks = {{.ops = {For(Op::kSleep, 2 * kMs)}, .repeat = 40}};
    Measurement measured = Make("timer", "how late a timer fires beside tasks that wait for input",
                                "sleep", "sleep", 1, {});
    for (int32_t i = 0; i < descriptors; ++i) {
      tasks.push_back({.ops = {{.op = Op::kWait, .descriptor = i}}});
      measured.scenario.outside.push_back({.at_ns = 150 * kMs, .descriptor = i});
    }
    measured.scenario.descriptors = static_cast<int32_t>(descriptors);
    measured.scenario.tasks = std::move(tasks);
    return measured;
  });
}

std::vector<Measurement> All() {
  std::vector<Measurement> all;
  all.push_back(Make("hand_off_hot", "runnable behind a blocked call, the monitor awake",
                     "spawn_to_start", "futex_wake", 1, Behind({}, For(Op::kBlock, 3 * kMs), 60)));
  all.push_back(Make("hand_off_backed_off", "the same, the monitor at its longest sleep",
                     "spawn_to_start", "futex_wake", 1,
                     Behind({For(Op::kSpin, 30 * kMs)}, For(Op::kBlock, 25 * kMs), 6)));
  all.push_back(Make("hand_off_deep",
                     "the same, the monitor in its deep sleep when the call begins",
                     "spawn_to_start", "futex_wake", 1,
                     Behind({For(Op::kSleep, 60 * kMs)}, For(Op::kBlock, 25 * kMs), 6)));
  all.push_back(Make("slice", "runnable behind a loop that calls nothing", "spawn_to_start",
                     "signal", 1, Behind({}, For(Op::kSpin, 60 * kMs), 6)));
  all.push_back(Make("timer_idle", "how late a timer fires in an idle process", "sleep", "sleep", 1,
                     {{.ops = {For(Op::kSleep, 2 * kMs)}, .repeat = 100}}));
  all.push_back(Make(
      "timer_beside_spinner", "how late a timer fires beside a loop", "sleep", "sleep", 1,
      {{.ops = {For(Op::kSpin, 200 * kMs)}}, {.ops = {For(Op::kSleep, 5 * kMs)}, .repeat = 10}}));
  all.push_back(Make("timers_10000", "how late ten thousand timers fire", "sleep", "sleep", 2,
                     {{.ops = {{.op = Op::kSpawn, .task = 1}}, .repeat = 10'000},
                      {.ops = {For(Op::kSleep, 50 * kMs)}, .start = false}}));
  all.push_back(Make("yield", "a yield to one other task", "yield", "switch", 1,
                     {{.ops = {For(Op::kYield)}, .repeat = 20'000},
                      {.ops = {For(Op::kYield)}, .repeat = 20'000}}));
  all.push_back(Make(
      "spawn", "making a task runnable", "spawn", "", 1,
      {{.ops = {{.op = Op::kSpawn, .task = 1}, For(Op::kYield)}, .repeat = 10'000}, Spawned()}));
  all.push_back(Make("channel", "waiting for the answer of another task", "receive", "switch", 1,
                     Conversation(10'000)));
  all.push_back(Make("call", "a system call of 1 us, beyond that", "block", "sleep", 1,
                     {{.ops = {For(Op::kBlock, 1 * kUs)}, .repeat = 1'000}}));
  AddCurves(all);
  return all;
}

}  // namespace

std::span<const Measurement> Measurements() {
  static const std::vector<Measurement> all = All();
  return all;
}

}  // namespace proctor
