#include "stress/run/canary_check.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "conformance/campaign/live_run.h"
#include "conformance/campaign/ruling_table.h"
#include "conformance/campaign/selection.h"
#include "conformance/implementations/implementation.h"
#include "conformance/scenario/library.h"

namespace proctor {
namespace {

// It sleeps deep although the scheduler trace is on. The trace shows it without any luck.
constexpr const char* kBroken = "mutant=deep_with_trace";
constexpr const char* kRight = "reference";
constexpr const char* kScenario = "scheduler_trace";
constexpr ClauseId kClause = ClauseId::kDEEP_13;

// nullopt: `error`.
std::optional<Verdict> VerdictOn(const char* name, const OutputFolder& folder, Listener& listener,
                                 std::string& error) {
  BuildFailure failure{};
  const std::optional<Implementation> built =
      BuildImplementation(name, folder.path(), failure, error);
  if (!built) return std::nullopt;
  const NamedScenario* named = FindScenario(kScenario);
  const std::optional<Selection> selection = SelectClauses(ClauseName(kClause), error);
  if (named == nullptr || !selection) return std::nullopt;
  RulingTable rulings(*selection, kT);
  LiveRun run({.implementation = *built, .tiers = kT}, folder, rulings, listener);
  run.Introduce();
  run.Run({named->scenario, {kClause}});
  const Ruling* ruling = rulings.Find(kClause, kT);
  return ruling != nullptr ? ruling->verdict : Verdict::kNotExercised;
}

}  // namespace

std::string CheckCanary(const OutputFolder& folder, Listener& listener) {
  std::string error;
  for (const auto& [name, wanted] :
       {std::pair(kBroken, Verdict::kViolates), std::pair(kRight, Verdict::kConforms)}) {
    const std::optional<Verdict> verdict = VerdictOn(name, folder, listener, error);
    if (listener.Stopped()) return "";
    if (!verdict) return fmt::format("the canary cannot run: {}", error);
    if (*verdict == wanted) continue;
    return fmt::format(
        "the canary: {} by tier T is {} of {}, and should be {}: this run proves nothing",
        ClauseName(kClause), VerdictName(*verdict), name, VerdictName(wanted));
  }
  return "";
}

}  // namespace proctor
