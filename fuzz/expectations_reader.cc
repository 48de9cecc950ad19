// Any text as expectations: refused in one line, or taken, and then every ruling is marked by them.

#include "conformance/report/expectations.h"
#include "fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  std::string error;
  const std::optional<Expectations> expectations =
      ParseExpectations(fuzz::AsText(data, size), error);
  if (!expectations) {
    fuzz::RequireOneLine(error);
    return 0;
  }
  for (const Expectation& entry : expectations->entries) {
    fuzz::Require(!entry.reason.empty(), "an expectation without a reason");
    const Tier tier = entry.tier.value_or(kX);
    for (const Profile profile : kProfiles) {
      for (const Verdict verdict : {Verdict::kConforms, Verdict::kViolates, Verdict::kCrash}) {
        const Ruling ruling{.clause = entry.clause, .tier = tier, .verdict = verdict};
        const std::vector<Result> results = Apply(*expectations, profile, {ruling}, true);
        fuzz::Require(results.size() == 1, "a ruling got lost");
        const Expectation* found = FindExpectation(*expectations, profile, entry.clause, tier);
        if (found == nullptr) continue;
        fuzz::Require(results[0].expected == (found->verdict == verdict),
                      "a decided ruling is not what its entry says");
      }
    }
  }
  return 0;
}
