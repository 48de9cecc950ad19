#include "conformance/implementations/reference/variants/variants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "conformance/campaign/virtual_run.h"
#include "conformance/contract/contract.h"
#include "conformance/scenario/scenario.h"
#include "conformance/suite/failure_message.h"
#include "conformance/variants/variants.h"

namespace proctor {
namespace {

std::vector<const proctor_implementation*> Variants() {
  std::vector<const proctor_implementation*> all = AllVariants();
  all.push_back(proctor_variant_c99());
  all.push_back(proctor_variant_state_machine());
  return all;
}

class Variant : public testing::TestWithParam<std::tuple<const proctor_implementation*, Profile>> {
};

// Borders are long, and take a monitor through the same steps in each profile: a variant goes
// through them in one of the profiles, and in each profile some variants do.
bool GoesThroughBorders(const proctor_implementation* implementation, Profile profile) {
  const std::vector<const proctor_implementation*> all = Variants();
  const auto place = static_cast<size_t>(std::ranges::find(all, implementation) - all.begin());
  return kProfiles[place % std::size(kProfiles)] == profile;
}

// What a case comes to: 20,000 random worlds and more in all.
constexpr int64_t kRandomWorlds = 100;

TEST_P(Variant, IsNotAccused) {
  const auto [implementation, profile] = GetParam();
  const Subject subject{.name = implementation->name, .implementation = implementation};
  // Each its own worlds, and not all schedules of the small ones.
  const uint64_t seed = CaseSeed(1, implementation->name);
  const VirtualResult result =
      RunVirtually(subject, {.profile = profile,
                             .seed = seed,
                             .random_worlds = kRandomWorlds,
                             .border_worlds = GoesThroughBorders(implementation, profile),
                             .unusual_most = 1,
                             .shrink = false});
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
  EXPECT_GT(conform, 70);
}

TEST(Variants, AreMany) {
  EXPECT_GE(Variants().size(), 40u);
  EXPECT_GE(static_cast<int64_t>(Variants().size() * std::size(kProfiles)) * kRandomWorlds, 20'000);
}

INSTANTIATE_TEST_SUITE_P(All, Variant,
                         testing::Combine(testing::ValuesIn(Variants()),
                                          testing::ValuesIn(kProfiles)),
                         [](const auto& info) {
                           std::string name = std::string(std::get<0>(info.param)->name) + "_" +
                                              std::string(ProfileName(std::get<1>(info.param)));
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace proctor
