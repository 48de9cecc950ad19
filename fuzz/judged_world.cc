#include "fuzz/judged_world.h"

#include <fmt/core.h>

#include <iterator>
#include <map>
#include <set>

#include "conformance/judge/panel.h"
#include "fuzz/fuzz_target.h"

namespace proctor::fuzz {
namespace {

class Sink : public EventSink {
 public:
  explicit Sink(const Header& header) : panel_(header) {}

  void Observe(const Event& event) override {
    panel_.Observe(event);
    if (event.kind == EventKind::kOpEnd) {
      ++ledger_.ops.at(static_cast<size_t>(event.Get(Arg::kOp)));
    } else if (event.kind == EventKind::kTaskStart) {
      ++ledger_.started;
    } else if (event.kind == EventKind::kTaskEnd) {
      ++ledger_.ended;
    }
  }
  std::vector<Ruling> Close() { return panel_.Close(); }
  const Ledger& ledger() const { return ledger_; }

 private:
  Panel panel_;
  Ledger ledger_;
};

std::string Told(const Ruling& ruling) {
  std::string text = fmt::format("{}: {}", ClauseName(ruling.clause), ruling.message);
  for (const Event& event : ruling.evidence) text += "\n    " + Describe(event);
  return text;
}

}  // namespace

JudgedWorld RunJudged(const proctor_implementation& monitor, const Scenario& scenario,
                      const WorldOptions& options) {
  Sink sink(WorldHeader(monitor, scenario, options));
  JudgedWorld judged;
  judged.run = RunWorld(monitor, scenario, options, sink);
  judged.rulings = sink.Close();
  judged.ledger = sink.ledger();
  return judged;
}

Profile ProfileOf(const Scenario& scenario) {
  return kProfiles[scenario.seed % std::size(kProfiles)];
}

void RequireNoAccusation(const proctor_implementation& monitor, const JudgedWorld& judged) {
  Require(!BlamesMonitor(judged.run.end), monitor.name, judged.run.message);
  Require(judged.run.end != WorldEnd::kInternalError, monitor.name, judged.run.message);
  for (const Ruling& ruling : judged.rulings) {
    Require(ruling.verdict != Verdict::kViolates, monitor.name, Told(ruling));
  }
}

bool HasOneOutcome(const Scenario& scenario) {
  std::set<int32_t> repeated;  // tasks that run more often than once
  for (size_t i = 0; i < scenario.tasks.size(); ++i) {
    for (const Operation& operation : scenario.tasks[i].ops) {
      if (operation.op == Op::kSpawn) repeated.insert(operation.task);
    }
  }
  // Who uses a channel's end or a descriptor.
  std::map<std::pair<Op, int32_t>, std::set<int32_t>> users;
  for (size_t i = 0; i < scenario.tasks.size(); ++i) {
    const auto task = static_cast<int32_t>(i);
    for (const Operation& operation : scenario.tasks[i].ops) {
      if (operation.op == Op::kWait) users[{operation.op, operation.descriptor}].insert(task);
      if (operation.op == Op::kSend || operation.op == Op::kReceive) {
        users[{operation.op, operation.channel}].insert(task);
      }
    }
  }
  for (const auto& [end, tasks] : users) {
    if (tasks.size() > 1 || repeated.contains(*tasks.begin())) return false;
  }
  return true;
}

}  // namespace proctor::fuzz
