#include "conformance/campaign/lint.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "conformance/adapter/driver.h"
#include "conformance/campaign/last_line.h"
#include "conformance/campaign/lint_evidence.h"
#include "conformance/campaign/lint_scenarios.h"
#include "conformance/campaign/thread_names.h"

namespace proctor {
namespace {

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
                     bool greet_only = false, ThreadNames* names = nullptr) {
    listener_.OnProgress(place);
    ++result_.runs;
    scenario.budget_ms = options_.deadline_ms;
    struct Run run = RunScenario({.argv = options_.implementation.argv,
                                  .set_env = EnvironmentFor(options_.implementation, scenario),
                                  .observe = false,
                                  .greet_only = greet_only,
                                  .hard_to_read = hard_to_read,
                                  .handshake_ms = options_.deadline_ms,
                                  .exit_ms = options_.deadline_ms,
                                  .stop = listener_.stop(),
                                  .on_process =
                                      [names](pid_t process) {
                                        if (names != nullptr) names->Watch(process);
                                      }},
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
    if (run.handshake.promises.preemption == PreemptionKind::kNone &&
        (run.handshake.in_force.asynchronous_preemption != 0)) {
      Fault(place, "in_force lacks asynchronous_preemption 0, which goes with preemption \"none\"");
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

  bool Has(Op op) const { return Declares(*result_.handshake, op); }

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
  std::vector<Task> AllTasks() const {
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
    return tasks;
  }

  void LintConversation() {
    ThreadNames names(result_.handshake->monitor_thread);
    const struct Run run =
        Perform("conversation", ScenarioOf("conversation", AllTasks()), true, false, &names);
    if (run.outcome != Outcome::kDone) return;
    CompareInForce(run.header.in_force);
    if (!names.ShowThatItIsMissing(run)) return;
    Fault("handshake", fmt::format("no thread of the process has the name {} of its monitor",
                                   Excerpt(result_.handshake->monitor_thread)));
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
    // What others are judged by comes first: stamps of CPU time, and before them what uses it.
    std::vector<Op> declared = Declared();
    std::ranges::stable_partition(declared,
                                  [](Op op) { return op == Op::kSpin || op == Op::kStamp; });
    for (const Op op : declared) {
      const std::string name(OpNames()[static_cast<size_t>(op)]);
      const std::string place = "operation " + name;
      const struct Run run = Perform(place, ScenarioAlone(op, *result_.handshake));
      if (listener_.Stopped()) return;
      if (run.outcome != Outcome::kDone) continue;
      const std::string fault = FindFault(op, run);
      if (!fault.empty()) Fault(place, fault);
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
      Scenario scenario = ScenarioOf("stamps_" + name, AllTasks());
      scenario.stamps = level;
      const std::string place = fmt::format("stamps \"{}\"", name);
      const struct Run run = Perform(place, scenario);
      if (run.outcome != Outcome::kDone || !run.gathered) continue;
      const std::string fault = FindWrongGathered(scenario, *run.gathered);
      if (!fault.empty()) Fault(place, fault);
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
