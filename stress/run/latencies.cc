#include "stress/run/latencies.h"

#include <utility>
#include <vector>

#include "conformance/scenario/operations.h"

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;

Measurement Make(std::string name, std::string about, std::string span, int64_t procs,
                 std::vector<Task> tasks) {
  return {.scenario = {.name = std::move(name),
                       .about = std::move(about),
                       .budget_ms = 30'000,
                       .tunables = {{"procs", procs}},
                       .channels = {{}, {}},
                       .tasks = std::move(tasks),
                       .stamps = Stamps::kNone},
          .span = std::move(span)};
}

Task Spawned() { return {.ops = {For(Op::kYield)}, .start = false}; }

// One that makes another runnable and goes on with `behind` in its way.
std::vector<Task> Behind(std::vector<Operation> first, Operation behind, int64_t repeat) {
  first.push_back({.op = Op::kSpawn, .task = 1});
  first.push_back(behind);
  return {{.ops = std::move(first), .repeat = repeat}, Spawned()};
}

std::vector<Measurement> All() {
  std::vector<Measurement> all;
  all.push_back(Make("hand_off_hot", "runnable behind a blocked call, the monitor awake",
                     "spawn_to_start", 1, Behind({}, For(Op::kBlock, 3 * kMs), 60)));
  all.push_back(Make("hand_off_backed_off", "the same, the monitor at its longest sleep",
                     "spawn_to_start", 1,
                     Behind({For(Op::kSpin, 30 * kMs)}, For(Op::kBlock, 25 * kMs), 6)));
  all.push_back(Make("slice", "runnable behind a loop that calls nothing", "spawn_to_start", 1,
                     Behind({}, For(Op::kSpin, 60 * kMs), 6)));
  all.push_back(Make("timer_idle", "how late a timer fires in an idle process", "sleep", 1,
                     {{.ops = {For(Op::kSleep, 2 * kMs)}, .repeat = 100}}));
  all.push_back(Make(
      "timer_beside_spinner", "how late a timer fires beside a loop", "sleep", 1,
      {{.ops = {For(Op::kSpin, 200 * kMs)}}, {.ops = {For(Op::kSleep, 5 * kMs)}, .repeat = 10}}));
  all.push_back(Make("timers_10000", "how late ten thousand timers fire", "sleep", 2,
                     {{.ops = {{.op = Op::kSpawn, .task = 1}}, .repeat = 10'000},
                      {.ops = {For(Op::kSleep, 50 * kMs)}, .start = false}}));
  all.push_back(Make("yield", "a yield to one other task", "yield", 1,
                     {{.ops = {For(Op::kYield)}, .repeat = 20'000},
                      {.ops = {For(Op::kYield)}, .repeat = 20'000}}));
  all.push_back(Make(
      "spawn", "making a task runnable", "spawn", 1,
      {{.ops = {{.op = Op::kSpawn, .task = 1}, For(Op::kYield)}, .repeat = 10'000}, Spawned()}));
  all.push_back(Make("channel", "waiting for the answer of another task", "receive", 1,
                     {{.ops = {{.op = Op::kSend, .channel = 0}, {.op = Op::kReceive, .channel = 1}},
                       .repeat = 10'000},
                      {.ops = {{.op = Op::kReceive, .channel = 0}, {.op = Op::kSend, .channel = 1}},
                       .repeat = 10'000}}));
  all.push_back(Make("call", "a system call of 1 us, beyond that", "block", 1,
                     {{.ops = {For(Op::kBlock, 1 * kUs)}, .repeat = 1'000}}));
  return all;
}

}  // namespace

std::span<const Measurement> Measurements() {
  static const std::vector<Measurement> all = All();
  return all;
}

}  // namespace proctor
