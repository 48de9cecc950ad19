#include "conformance/implementations/reference/variants/variants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "conformance/campaign/virtual_run.h"
#include "conformance/contract/contract.h"
#include "conformance/suite/failure_message.h"
#include "conformance/variants/variants.h"

namespace proctor {
namespace {

using Function = const proctor_implementation* (*)();

class Variant : public testing::TestWithParam<std::tuple<Function, Profile>> {};

TEST_P(Variant, IsNotAccused) {
  const auto [function, profile] = GetParam();
  const Subject subject{.name = function()->name, .implementation = function()};
  const VirtualResult result = RunVirtually(subject, {.profile = profile, .random_worlds = 1'000});
  if (result.misbehaviour)
    ADD_FAILURE() << FormatFailureMessage(*result.misbehaviour, "its bundle, below");
  for (const auto& [clause, ruling] : result.rulings) {
    if (ruling.verdict != Verdict::kViolates) continue;
    const Bundle& bundle = result.bundles.at(clause);
    ADD_FAILURE() << FormatFailureMessage({ruling, bundle}, "its bundle, below") << '\n'
                  << FormatBundle(bundle);
  }
  // A variant that nothing was asked of would not be accused either.
  const auto conform = std::ranges::count_if(
      result.rulings, [](const auto& entry) { return entry.second.verdict == Verdict::kConforms; });
  EXPECT_EQ(conform, static_cast<int64_t>(result.rulings.size()));
  EXPECT_GT(conform, 60);
}

INSTANTIATE_TEST_SUITE_P(Variants, Variant,
                         testing::Combine(testing::Values(proctor_variant_c99, CarefulTakerVariant,
                                                          ClockWatcherVariant, LightSleeperVariant,
                                                          OtherOrderVariant,
                                                          proctor_variant_state_machine),
                                          testing::ValuesIn(kProfiles)),
                         [](const auto& info) {
                           std::string name = std::string(std::get<0>(info.param)()->name) + "_" +
                                              std::string(ProfileName(std::get<1>(info.param)));
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace proctor
