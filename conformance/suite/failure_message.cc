#include "conformance/suite/failure_message.h"

#include <fmt/format.h>

namespace proctor {
namespace {

// A world of a thousand tasks is for its file only.
constexpr size_t kScenarioBytesMost = 4'000;

std::string Shown(const Scenario& scenario) {
  std::string text = FormatScenario(scenario);
  if (text.size() <= kScenarioBytesMost) return text;
  return fmt::format("{} tasks, {} bytes: see the bundle", scenario.tasks.size(), text.size());
}

}  // namespace

std::string FormatFailureMessage(const Counterexample& counterexample, std::string_view replay) {
  const Bundle& bundle = counterexample.bundle;
  std::string text;
  if (bundle.clause) {
    const Clause& clause = GetClause(*bundle.clause);
    text = fmt::format("{} is violated: {}\n  The contract: {}", clause.name,
                       counterexample.ruling.message, clause.text);
  } else {
    text = counterexample.ruling.message;
  }
  if (!counterexample.ruling.evidence.empty()) text += "\n  Decided by";
  for (const Event& event : counterexample.ruling.evidence) text += "\n    " + Describe(event);
  text += fmt::format("\n  In the world\n    {}", Shown(bundle.scenario));
  if (bundle.choices && !bundle.choices->empty()) {
    text += fmt::format("\n    with the choices [{}]", fmt::join(*bundle.choices, ", "));
  }
  text += fmt::format("\n  Replay: {}", replay);
  return text;
}

std::string BundleFileName(const Bundle& bundle) {
  return bundle.clause ? fmt::format("{}.json", ClauseName(*bundle.clause)) : "misbehaviour.json";
}

}  // namespace proctor
