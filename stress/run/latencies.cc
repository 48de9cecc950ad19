#include "stress/run/latencies.h"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <thread>
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

// What takes less than a microsecond, and a stamp takes more.
Measurement MakeShort(std::string name, std::string about, std::string span, std::string floor,
                      std::vector<Task> tasks) {
  Measurement made = Make(std::move(name), std::move(about), std::move(span), std::move(floor), 1,
                          std::move(tasks));
  made.only_unstamped = true;
  return made;
}

// Seen from outside, with as many P as the runtime has by itself.
Measurement MakeSeen(FigureKind kind, std::string name, std::string about,
                     std::vector<Task> tasks) {
  Measurement made = Make(std::move(name), std::move(about), "", "", 1, std::move(tasks));
  made.scenario.tunables.clear();
  made.kind = kind;
  return made;
}

// Judged by the stamps: what is due is not known to the task.
Measurement MakeStamped(std::string name, std::string about, std::string span, std::string floor,
                        std::vector<Task> tasks) {
  Measurement made = Make(std::move(name), std::move(about), std::move(span), std::move(floor), 1,
                          std::move(tasks));
  made.scenario.stamps = Stamps::kAll;
  return made;
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

// How it grows: the same scenario for each number of what is counted.
void AddCurve(std::vector<Measurement>& all, const std::string& grows_with,
              std::initializer_list<int64_t> numbers, Measurement (*make)(int64_t number)) {
  for (const int64_t number : numbers) {
    Measurement point = make(number);
    point.scenario.name = fmt::format("{}_by_{}_{}", point.scenario.name, grows_with, number);
    point.grows_with = grows_with;
    point.at = number;
    constexpr int64_t kStampedMost = 1'000;
    point.only_unstamped = point.only_unstamped || number > kStampedMost;
    all.push_back(std::move(point));
  }
}

void AddCurves(std::vector<Measurement>& all) {
  AddCurve(all, "timers", {1, 10, 100, 1'000, 10'000, 100'000}, [](int64_t timers) {
    return Make("timer", "how late timers fire that are due at about one time", "sleep", "sleep", 2,
                {{.ops = {{.op = Op::kSpawn, .task = 1}}, .repeat = timers},
                 {.ops = {For(Op::kSleep, 50 * kMs)}, .start = false}});
  });
  AddCurve(all, "tasks", {2, 10, 100, 1'000}, [](int64_t tasks) {
    const Task yields{.ops = {For(Op::kYield)}, .repeat = 20'000 / tasks};
    return MakeShort("yield", "a yield to all other tasks", "yield", "switch",
                     std::vector<Task>(static_cast<size_t>(tasks), yields));
  });
  AddCurve(all, "processors", {1, 2, 4, 8}, [](int64_t procs) {
    Measurement measured = MakeShort("channel", "waiting for the answer of another task", "receive",
                                     "switch", Conversation(5'000));
    measured.scenario.tunables = {{"procs", procs}};
    return measured;
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
  // Before they are made and again when all of them wait, the memory is looked at for a while.
  AddCurve(all, "tasks", {100, 1'000, 10'000}, [](int64_t tasks) {
    Measurement measured =
        MakeSeen(FigureKind::kMemory, "memory", "resident memory of a task that waits",
                 {{.ops = {For(Op::kSleep, 450 * kMs), {.op = Op::kSpawn, .task = 1}}},
                  {.ops = {{.op = Op::kSpawn, .task = 2}}, .repeat = tasks, .start = false},
                  {.ops = {{.op = Op::kReceive, .channel = 0}}, .start = false},
                  {.ops = {For(Op::kSleep, 900 * kMs), {.op = Op::kSpawn, .task = 4}}},
                  {.ops = {{.op = Op::kSend, .channel = 0}}, .repeat = tasks, .start = false}});
    return measured;
  });
}

void AddLoads(std::vector<Measurement>& all) {
  constexpr int64_t kLongNs = 1'000 * kMs;
  const auto add = [&](std::string name, std::string about, std::vector<Task> tasks) {
    all.push_back(
        MakeSeen(FigureKind::kUsage, std::move(name), std::move(about), std::move(tasks)));
  };
  const Task spinner{.ops = {For(Op::kSpin, kLongNs)}};
  const size_t cpus = std::clamp(std::thread::hardware_concurrency(), 1U, 64U);
  add("idle", "while one task sleeps", {{.ops = {For(Op::kSleep, kLongNs)}}});
  add("spinner", "while one task computes", {spinner});
  add("spinners", "while a task computes for each CPU", std::vector<Task>(cpus, spinner));
  add("calls", "while one task makes short system calls", {{.ops = {For(Op::kCalls, kLongNs)}}});
  add("sleepers", "while 20 tasks sleep for 5 ms again and again",
      std::vector<Task>(20, {.ops = {For(Op::kSleep, 5 * kMs)}, .repeat = 200}));
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
  Measurement poll = MakeStamped(
      "poll_rescue", "how late a task beside a loop sees that its descriptor is ready",
      "ready_to_end", "futex_wake",
      {{.ops = {For(Op::kSpin, 600 * kMs)}}, {.ops = {{.op = Op::kWait}}, .repeat = 12}});
  poll.scenario.descriptors = 1;
  poll.scenario.outside = {{.at_ns = 30 * kMs, .descriptor = 0, .every_ns = 47 * kMs, .times = 12}};
  all.push_back(std::move(poll));
  Measurement collection = MakeStamped(
      "forced_collection", "how late a collection is forced in an idle process", "collection",
      "sleep", {{.ops = {For(Op::kCollect), For(Op::kSleep, 650 * kMs)}}});
  collection.scenario.tunables["forcegc_period_ns"] = 50 * kMs;
  all.push_back(std::move(collection));
  all.push_back(MakeShort("yield", "a yield to one other task", "yield", "switch",
                          {{.ops = {For(Op::kYield)}, .repeat = 20'000},
                           {.ops = {For(Op::kYield)}, .repeat = 20'000}}));
  all.push_back(MakeShort(
      "spawn", "making a task runnable", "spawn", "",
      {{.ops = {{.op = Op::kSpawn, .task = 1}, For(Op::kYield)}, .repeat = 10'000}, Spawned()}));
  all.push_back(MakeShort("channel", "waiting for the answer of another task", "receive", "switch",
                          Conversation(10'000)));
  all.push_back(Make("call", "a system call of 1 us, beyond that", "block", "sleep", 1,
                     {{.ops = {For(Op::kBlock, 1 * kUs)}, .repeat = 1'000}}));
  AddLoads(all);
  AddCurves(all);
  return all;
}

int64_t PerSecond(int64_t count, const ProcessUsage& usage) {
  return static_cast<int64_t>(static_cast<double>(count) * 1e9 /
                              static_cast<double>(usage.over_ns));
}

struct UsageFigure {
  std::string_view name;
  std::string_view about;
  std::string_view unit;
  std::optional<int64_t> (*value)(const ProcessUsage& usage);
};

constexpr UsageFigure kUsageFigures[] = {
    {"cpu", "CPU time of the process", "cpu_ns_per_second",
     [](const ProcessUsage& usage) { return std::optional(usage.cpu_ns); }},
    {"wakeups", "wake-ups of the process", "per_second",
     [](const ProcessUsage& usage) { return usage.wakes; }},
    {"monitor_cpu", "CPU time of the monitor", "cpu_ns_per_second",
     [](const ProcessUsage& usage) { return usage.monitor_cpu_ns; }},
    {"monitor_wakeups", "wake-ups of the monitor", "per_second",
     [](const ProcessUsage& usage) { return usage.monitor_wakes; }},
};

std::string UsageName(const UsageFigure& figure, const Measurement& measurement) {
  return fmt::format("{}_{}", figure.name, measurement.scenario.name);
}

}  // namespace

std::span<const Measurement> Measurements() {
  static const std::vector<Measurement> all = All();
  return all;
}

bool IsTested(const Measurement& measurement) {
  return measurement.kind == FigureKind::kSpan && measurement.grows_with.empty();
}

std::vector<Latency> BlankFigures(const Measurement& measurement) {
  if (measurement.kind == FigureKind::kUsage) {
    std::vector<Latency> blank;
    for (const UsageFigure& figure : kUsageFigures) {
      blank.push_back({.name = UsageName(figure, measurement),
                       .about = fmt::format("{} {}", figure.about, measurement.scenario.about),
                       .unit = std::string(figure.unit)});
    }
    return blank;
  }
  return {{.name = measurement.scenario.name,
           .about = measurement.scenario.about,
           .floor = measurement.floor,
           .grows_with = measurement.grows_with,
           .at = measurement.at,
           .unit = measurement.kind == FigureKind::kMemory ? "bytes" : "ns"}};
}

void AddFigures(const Measurement& measurement, const Figures& run, std::vector<Latency>& figures) {
  const auto add = [&](const std::string& name, const Histogram& values) {
    const auto figure = std::ranges::find(figures, name, &Latency::name);
    if (figure == figures.end() || values.count() == 0) return;
    figure->durations_ns.Merge(values);
    figure->medians_ns.push_back(values.Quantile(0.5));
    figure->stamped = run.stamped;
  };
  const auto add_one = [&](const std::string& name, int64_t value) {
    Histogram one;
    one.Add(std::max<int64_t>(value, 0));
    add(name, one);
  };
  if (measurement.kind == FigureKind::kSpan) {
    const auto span = run.spans.find(measurement.span);
    if (span != run.spans.end()) add(measurement.scenario.name, span->second);
  } else if (!run.usage) {
    return;
  } else if (measurement.kind == FigureKind::kMemory) {
    add_one(measurement.scenario.name,
            (run.usage->memory_most_bytes - run.usage->memory_first_bytes) / measurement.at);
  } else {
    for (const UsageFigure& figure : kUsageFigures) {
      const std::optional<int64_t> value = figure.value(*run.usage);
      if (value) add_one(UsageName(figure, measurement), PerSecond(*value, *run.usage));
    }
  }
}

}  // namespace proctor
