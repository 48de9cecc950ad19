// A scenario with the reference monitor and with one of the variants, which are right and
// different: neither is accused, and where the contract leaves nothing open, the tasks have done
// the same by the end.

#include "conformance/implementations/reference/variants/variants.h"

#include <fmt/core.h>

#include <vector>

#include "conformance/implementations/reference/reference.h"
#include "conformance/variants/variants.h"
#include "fuzz/fuzz_target.h"
#include "fuzz/judged_world.h"

namespace proctor {
namespace {

// Enough for a small scenario's end.
constexpr int64_t kEventsMost = 10'000;

const std::vector<const proctor_implementation*>& Variants() {
  static const std::vector<const proctor_implementation*> variants = [] {
    std::vector<const proctor_implementation*> all = AllVariants();
    all.push_back(proctor_variant_c99());
    all.push_back(proctor_variant_state_machine());
    return all;
  }();
  return variants;
}

bool IsFinal(WorldEnd end) { return end == WorldEnd::kDone || end == WorldEnd::kDeadlock; }

std::string Told(const char* name, const fuzz::JudgedWorld& judged) {
  return fmt::format("{} ended as {}, {} of {} tasks", name, WorldEndName(judged.run.end),
                     judged.ledger.ended, judged.ledger.started);
}

}  // namespace
}  // namespace proctor

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  std::string error;
  const std::optional<Scenario> scenario = ParseScenario(fuzz::AsText(data, size), error);
  if (!scenario) return 0;
  const proctor_implementation& reference = ReferenceImplementation();
  const proctor_implementation& variant =
      *Variants()[CaseSeed(scenario->seed, "variant") % Variants().size()];
  const Profile profile = fuzz::ProfileOf(*scenario);

  // In a world of surprises: what the monitor does changes what comes next.
  const WorldOptions surprising = {.profile = profile, .events_most = kEventsMost};
  fuzz::RequireNoAccusation(variant, fuzz::RunJudged(variant, *scenario, surprising));

  const WorldOptions quiet = {
      .profile = profile, .knobs = Knobs::Quiet(*scenario), .events_most = kEventsMost};
  const fuzz::JudgedWorld of_reference = fuzz::RunJudged(reference, *scenario, quiet);
  const fuzz::JudgedWorld of_variant = fuzz::RunJudged(variant, *scenario, quiet);
  fuzz::RequireNoAccusation(reference, of_reference);
  fuzz::RequireNoAccusation(variant, of_variant);
  const bool both_ended = IsFinal(of_reference.run.end) && IsFinal(of_variant.run.end);
  if (!both_ended || !fuzz::HasOneOutcome(*scenario)) return 0;
  const bool same =
      of_reference.run.end == of_variant.run.end && of_reference.ledger == of_variant.ledger;
  fuzz::Require(same, Told("reference", of_reference), Told(variant.name, of_variant));
  return 0;
}
