#include "conformance/campaign/assembly.h"

#include <algorithm>

#include "conformance/campaign/never_came.h"

namespace proctor {

Results AssembleResults(const Judged& judged, const Expectations& expectations) {
  Results results{.implementation = judged.implementation,
                  .asked_as = judged.asked_as,
                  .version = judged.version,
                  .profile = judged.profile,
                  .verdicts = Apply(expectations, judged.profile, judged.rulings, judged.whole),
                  .unjudged = judged.unjudged,
                  .machine = judged.machine,
                  .noise = judged.noise,
                  .cadences = judged.cadences};
  for (Result& result : results.verdicts) {
    if (result.ruling.verdict == Verdict::kNotExercised && result.ruling.message.empty())
      result.ruling.message = WhyNotExercised(result.ruling.clause);
    if (judged.replay) result.replay = judged.replay(result.ruling);
    const auto bundle = judged.bundles.find(result.ruling.clause);
    if (result.ruling.tier == kV && bundle != judged.bundles.end()) {
      result.scenario = bundle->second.scenario;
    }
  }
  const bool nothing_decided = std::ranges::none_of(results.verdicts, [](const Result& result) {
    return IsDecided(result.ruling.verdict) || result.ruling.verdict == Verdict::kInconclusive;
  });
  if (judged.is_asked && nothing_decided && results.unjudged.empty()) {
    results.unjudged.emplace_back("no clause was put to the test");
  }
  results.exit_status = ExitStatusOf(results);
  return results;
}

}  // namespace proctor
