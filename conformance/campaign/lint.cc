#include "conformance/campaign/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "conformance/adapter/driver.h"
#include "conformance/scenario/operations.h"

namespace proctor {
namespace {

constexpr int64_t kShortNs = 2'000'000;
constexpr int64_t kLongNs = 60'000'000'000;  // nobody waits for it
constexpr int32_t kDescriptors = 2;
// What the fastest of a few measurements can be wrong by.
constexpr int64_t kSpinShare = 4;
// A timer in whole milliseconds may be early by one; a wrong unit makes it shorter than this.
constexpr int64_t kSleepNs = 8'000'000;
constexpr int64_t kCpuNs = 20'000'000;
constexpr int64_t kSleepShare = 2;

// Tasks that do the operation, so that all that it can do is seen.
std::vector<Task> TasksFor(Op op) {
  switch (op) {
    case Op::kSend:
    case Op::kReceive:
      // Nobody receives from the last one, which holds what is sent.
      return {
          {.ops = {{.op = Op::kSend, .channel = 2}, {.op = Op::kSend, .channel = 2}}},
          {.ops = {{.op = Op::kSend, .channel = 0}, {.op = Op::kSend, .channel = 1}}, .repeat = 4},
          {.ops = {{.op = Op::kReceive, .channel = 0}, {.op = Op::kReceive, .channel = 1}},
           .repeat = 4}};
    case Op::kWait:
      return {{.ops = {{.op = op, .descriptor = 1}, {.op = op, .descriptor = 0}}, .repeat = 2},
              {.ops = {{.op = op, .descriptor = 1}}}};
    case Op::kSpawn:
      return {{.ops = {{.op = op, .task = 1}, {.op = op, .task = 2}}, .repeat = 3},
              {.ops = {{.op = op, .task = 2}}, .start = false},
              {.ops = {{.op = Op::kYield}}, .start = false}};
    case Op::kAllocate:
      return {{.ops = {{.op = op, .bytes = 100'000}, {.op = op, .bytes = 1}}, .repeat = 3}};
    case Op::kYield:
    case Op::kCollect:
    case Op::kStamp:
      return {{.ops = {{.op = op}, {.op = op}}, .repeat = 2}, {.ops = {{.op = op}}, .repeat = 3}};
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      // One fires, one is stopped, one is reset before its time, and one after it has fired.
      return {{.ops = {SetTimer(0, kShortNs), SetTimer(1, kLongNs), SetTimer(2, kLongNs),
                       SetTimer(3, 1), StopTimer(1), StopTimer(1), For(Op::kSleep, kShortNs),
                       ResetTimer(2, kShortNs), ResetTimer(3, kShortNs), StopTimer(0)},
               .repeat = 2},
              {.ops = {SetTimer(0, kShortNs)}, .repeat = 3}};
    case Op::kProcs:
      return {
          {.ops = {ChangeProcs(1), For(Op::kYield), ChangeProcs(2), For(Op::kYield)}, .repeat = 2}};
    case Op::kSleep:
      return {{.ops = {For(op, kSleepNs), For(op, 2 * kSleepNs)}, .repeat = 2},
              {.ops = {For(op, kSleepNs)}, .repeat = 3}};
    case Op::kSpin:
    case Op::kWork:
    case Op::kBlock:
    case Op::kCalls:
    case Op::kBlockUntold:
      return {{.ops = {For(op, kShortNs), For(op, 2 * kShortNs)}, .repeat = 2},
              {.ops = {For(op, kShortNs)}, .repeat = 3}};
  }
  return {};
}

// The operations that the tasks need beside the one that they are for.
std::vector<Op> NeedsOf(Op op) {
  switch (op) {
    case Op::kSend:
    case Op::kReceive:
      return {Op::kSend, Op::kReceive};
    case Op::kSpawn:
      return {Op::kSpawn, Op::kYield};
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      return {Op::kSetTimer, Op::kStopTimer, Op::kResetTimer, Op::kSleep};
    case Op::kProcs:
      return {Op::kProcs, Op::kYield};
    default:
      return {op};
  }
}

Scenario ScenarioOf(const std::string& name, std::vector<Task> tasks) {
  Scenario scenario{.name = name,
                    .channels = {{.capacity = 0}, {.capacity = 2}, {.capacity = 2}},
                    .descriptors = kDescriptors,
                    .tasks = std::move(tasks)};
  // As many bytes as waits take.
  std::map<int32_t, int64_t> waits;
  for (const Task& task : scenario.tasks) {
    for (const Operation& operation : task.ops) {
      if (operation.op == Op::kWait) waits[operation.descriptor] += task.repeat;
    }
  }
  for (const auto& [descriptor, times] : waits) {
    scenario.outside.push_back({.at_ns = kShortNs,
                                .kind = OutsideKind::kReady,
                                .descriptor = descriptor,
                                .every_ns = kShortNs,
                                .times = times});
  }
  return scenario;
}

// One that the contract's default is not, and that runtimes can do.
int64_t OtherValue(const TunableField& field, int64_t value) {
  if (field.name == "procs") return value == 2 ? 1 : 2;
  if (field.name == "sched_trace_ms") return value == 0 ? 1000 : 2 * value;
  if (field.greatest == 1) return 1 - value;
  const int64_t half = value / 2;
  return half != value && half >= field.least && half > 0 ? half : std::min(50L, field.greatest);
}

class Linter {
 public:
  Linter(const LintOptions& options, Listener& listener) : options_(options), listener_(listener) {}

  LintResult Run() {
    using Part = void (Linter::*)();
    for (const Part part :
         {&Linter::LintHandshake, &Linter::LintConversation, &Linter::LintOperations,
          &Linter::LintTunables, &Linter::LintStamps, &Linter::LintDeadlock}) {
      (this->*part)();
      if (!result_.faults.empty() || listener_.Stopped()) return std::move(result_);
    }
    result_.is_complete = true;
    return std::move(result_);
  }

 private:
  void Fault(const std::string& place, const std::string& what) {
    result_.faults.push_back(place + ": " + what);
  }

  // Faults of the run itself are named.
  struct Run Perform(const std::string& place, Scenario scenario, bool hard_to_read = false,
                     bool greet_only = false) {
    listener_.OnProgress(place);
    ++result_.runs;
    scenario.budget_ms = options_.patience_ms;
    struct Run run = RunScenario({.argv = options_.implementation.argv,
                                  .set_env = EnvironmentFor(options_.implementation, scenario),
                                  .observe = false,
                                  .greet_only = greet_only,
                                  .hard_to_read = hard_to_read,
                                  .handshake_ms = options_.patience_ms,
                                  .exit_ms = options_.patience_ms,
                                  .stop = listener_.stop()},
                                 scenario);
    if (listener_.Stopped()) return run;
    if (run.outcome != Outcome::kDone) {
      Fault(place, WithItsLastLine(run.message, run));
    } else if (scenario.ending == Ending::kDone && ReportsDeadlock(run)) {
      // An error of its own that holds the word looks like one.
      Fault(place, WithItsLastLine(run.note + ", although a task could go on", run));
    }
    return run;
  }

  static bool ReportsDeadlock(const struct Run& run) {
    return std::ranges::any_of(
        run.events, [](const Event& event) { return event.kind == EventKind::kDeadlockReport; });
  }

  static std::string WithItsLastLine(std::string message, const struct Run& run) {
    if (run.standard_error.empty()) return message;
    return message + "; its standard error ends with: " + LastLine(run.standard_error);
  }

  static std::string LastLine(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    return Excerpt(text.substr(text.rfind('\n') + 1));
  }

  void LintHandshake() {
    const std::string place = "handshake";
    const struct Run run = Perform(place, Scenario(), false, true);
    if (!run.greeted) return;
    result_.handshake = run.handshake;
    for (const std::string& member : run.handshake.ignored) {
      Fault(place, fmt::format("there is no member {}", member));
    }
    if (run.handshake.name.empty()) Fault(place, "name is empty");
    if (run.handshake.version.empty()) Fault(place, "version is empty");
    if (run.handshake.operations.empty()) Fault(place, "declares no operation");
    if (run.handshake.in_force.procs == 0) {
      Fault(place, "in_force lacks procs: how many tasks run at once at most");
    }
    const bool sends = Has(Op::kSend);
    if (sends != Has(Op::kReceive)) {
      Fault(place, fmt::format("declares {} alone, which no scenario can end",
                               sends ? "send" : "receive"));
    }
    const int timers = Has(Op::kSetTimer) + Has(Op::kStopTimer) + Has(Op::kResetTimer);
    if (timers != 0 && (timers != 3 || !Has(Op::kSleep))) {
      Fault(place, "set_timer, stop_timer and reset_timer go together, and with sleep");
    }
  }

  bool Has(Op op) const {
    return result_.handshake->operations.contains(std::string(OpNames()[static_cast<size_t>(op)]));
  }

  std::vector<Op> Declared() const {
    std::vector<Op> declared;
    for (size_t i = 0; i < OpNames().size(); ++i) {
      const Op op = static_cast<Op>(i);
      if (std::ranges::all_of(NeedsOf(op), [&](Op needed) { return Has(needed); })) {
        declared.push_back(op);
      }
    }
    return declared;
  }

  // Everything at once.
  void LintConversation() {
    std::vector<Task> tasks;
    for (const Op op : Declared()) {
      // What stands beside another one; and what changes something for all others.
      if (op == Op::kReceive || op == Op::kStopTimer || op == Op::kResetTimer) continue;
      if (op == Op::kProcs) continue;
      std::vector<Task> more = TasksFor(op);
      for (Task& task : more) {
        for (Operation& operation : task.ops) {
          if (operation.op == Op::kSpawn) operation.task += static_cast<int32_t>(tasks.size());
        }
      }
      tasks.insert(tasks.end(), more.begin(), more.end());
    }
    const struct Run run = Perform("conversation", ScenarioOf("conversation", tasks), true);
    if (run.outcome == Outcome::kDone) CompareInForce(run.header.in_force);
  }

  void CompareInForce(const Tunables& in_force) {
    for (const TunableField& field : TunableFields()) {
      const int64_t before = result_.handshake->in_force.*field.member;
      const int64_t after = in_force.*field.member;
      if (before == after) continue;
      Fault("conversation",
            fmt::format("`done` says that {} {} was in force and the handshake says {}; nothing "
                        "was asked for",
                        field.name, after, before));
    }
  }

  void LintOperations() {
    for (const Op op : Declared()) {
      const std::string name(OpNames()[static_cast<size_t>(op)]);
      std::vector<Task> tasks = TasksFor(op);
      if (op == Op::kStamp && Has(Op::kSpin)) {
        tasks.push_back({.ops = {For(op), For(Op::kSpin, kCpuNs), For(op)}});
      }
      const struct Run run = Perform("operation " + name, ScenarioOf(name, tasks));
      if (listener_.Stopped()) return;
      if (run.outcome != Outcome::kDone) continue;
      if (op == Op::kSpin) FindTooShort("spin", kSpinShare, run);
      if (op == Op::kSleep) FindTooShort("sleep", kSleepShare, run);
      if (op == Op::kStamp && Has(Op::kSpin)) CompareCpuTimes(run);
    }
  }

  // Whatever else the machine does, a task that computes uses the CPU.
  void CompareCpuTimes(const struct Run& run) {
    std::optional<int64_t> before_ns;
    const Event* spun = nullptr;
    for (const Event& event : run.events) {
      if (event.kind == EventKind::kOpBegin && event.Get(Arg::kDurationNs) == kCpuNs) spun = &event;
      if (event.kind != EventKind::kCpuTime) continue;
      const int64_t cpu_ns = event.Get(Arg::kCpuNs);
      if (spun == nullptr) {
        before_ns = cpu_ns;
      } else if (event.g == spun->g) {
        if (before_ns && cpu_ns - *before_ns >= kCpuNs / kSpinShare) return;
        return Fault("operation stamp",
                     fmt::format("cpu_ns has grown by {} since the last stamp before a spin of {} "
                                 "ns; it is the CPU time of the process in nanoseconds",
                                 cpu_ns - before_ns.value_or(0), kCpuNs));
      }
    }
  }

  // Time is judged in one direction only: no machine makes a loop faster.
  void FindTooShort(std::string_view name, int64_t share, const struct Run& run) {
    std::map<int64_t, Event> begun;
    for (const Event& event : run.events) {
      if (event.kind == EventKind::kOpBegin) begun[event.g] = event;
      if (event.kind != EventKind::kOpEnd) continue;
      const Event& begin = begun[event.g];
      const int64_t lasted_ns = event.time_ns - begin.time_ns;
      const int64_t asked_ns = begin.Get(Arg::kDurationNs);
      if (lasted_ns >= asked_ns / share) continue;
      return Fault(fmt::format("operation {}", name),
                   fmt::format("{} after {} ns, where {} ns are asked for", Describe(event),
                               lasted_ns, asked_ns));
    }
  }

  void LintTunables() {
    for (const TunableField& field : TunableFields()) {
      if (!result_.handshake->settable.contains(std::string(field.name))) continue;
      Scenario scenario = ScenarioOf(std::string(field.name), TasksFor(FirstOperation()));
      scenario.tunables[std::string(field.name)] =
          OtherValue(field, result_.handshake->in_force.*field.member);
      Perform(fmt::format("tunable {}", field.name), scenario);
      if (listener_.Stopped()) return;
    }
  }

  void LintStamps() {
    for (const Stamps level : result_.handshake->stamps) {
      if (level == Stamps::kAll || listener_.Stopped()) continue;
      const std::string name(StampsNames()[static_cast<size_t>(level)]);
      Scenario scenario = ScenarioOf("stamps_" + name, TasksFor(FirstOperation()));
      scenario.stamps = level;
      const std::string place = fmt::format("stamps \"{}\"", name);
      const struct Run run = Perform(place, scenario);
      if (run.outcome != Outcome::kDone || !run.gathered) continue;
      const std::string imbalance = FindImbalance(scenario, run.gathered->ledger);
      if (!imbalance.empty()) Fault(place, "the ledger does not balance: " + imbalance);
    }
  }

  Op FirstOperation() const {
    const std::vector<Op> declared = Declared();
    const auto yield = std::ranges::find(declared, Op::kYield);
    return yield != declared.end() ? *yield : declared.front();
  }

  void LintDeadlock() {
    if (!result_.handshake->promises.reports_deadlock || !Has(Op::kReceive)) return;
    Scenario scenario = ScenarioOf("deadlock", {{.ops = {{.op = Op::kReceive, .channel = 0}}},
                                                {.ops = {{.op = Op::kReceive, .channel = 1}}}});
    scenario.ending = Ending::kDeadlock;
    const struct Run run = Perform("deadlock", scenario);
    if (run.outcome != Outcome::kDone || ReportsDeadlock(run)) return;
    Fault("deadlock",
          "two tasks wait for each other for ever, and the process does not end with a line on its "
          "standard error that holds the word deadlock; where the runtime does not notice, say "
          "\"reports_deadlock\":false in the handshake");
  }

  const LintOptions& options_;
  Listener& listener_;
  LintResult result_;
};

}  // namespace

LintResult Lint(const LintOptions& options, Listener& listener) {
  return Linter(options, listener).Run();
}

}  // namespace proctor
