// A scenario with the reference monitor, in a world that its seed decides, before every judge: no
// clause is violated, and the same run twice is the same.

#include "conformance/implementations/reference/reference.h"
#include "fuzz/fuzz_target.h"
#include "fuzz/judged_world.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  // As in the campaign: many small worlds find more than a few large ones.
  constexpr int64_t kEventsMost = 2'500;
  std::string error;
  const std::optional<Scenario> scenario = ParseScenario(fuzz::AsText(data, size), error);
  if (!scenario) return 0;
  const fuzz::JudgedWorld judged =
      fuzz::RunJudged(ReferenceImplementation(), *scenario,
                      {.profile = fuzz::ProfileOf(*scenario), .events_most = kEventsMost});
  fuzz::RequireNoAccusation(ReferenceImplementation(), judged);
  return 0;
}
