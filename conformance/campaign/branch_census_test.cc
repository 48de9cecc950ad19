// Every branch of every rule is met by the worlds that the suite runs: the library, the worlds at
// the borders, and random ones from the suite's own seed. The table goes to the test's outputs
// (branches_go1.20.txt ...).

#include "conformance/campaign/branch_census.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>

#include "conformance/campaign/border_worlds.h"
#include "conformance/campaign/worlds.h"
#include "conformance/implementations/reference/reference.h"
#include "conformance/scenario/library.h"

namespace proctor {
namespace {

// As the suite's: random worlds are ended early.
constexpr int64_t kRandomWorlds = 2'000;
constexpr int64_t kRandomEventsMost = 2'500;
constexpr int64_t kNamedEventsMost = 4'000'000;
constexpr int kGenSize = 100;

class Census : public BranchCensus {
 public:
  explicit Census(Profile profile) : profile_(profile) {}

  void Count(const Scenario& scenario, int64_t events_most) {
    const WorldOptions options = {.profile = profile_, .events_most = events_most};
    Begin(scenario.Asked());
    const WorldRun run = RunWorld(ReferenceImplementation(), scenario, options, *this);
    EXPECT_FALSE(BlamesMonitor(run.end)) << scenario.name << ": " << run.message;
  }

 private:
  const Profile profile_;
};

// The worlds of a campaign with the suite's options, as virtual_run.cc makes them.
void CountCampaign(Census& census, Profile profile) {
  constexpr uint64_t kSeed = 1;
  for (const NamedScenario& named : ScenarioLibrary()) {
    Scenario scenario = named.scenario;
    scenario.seed = CaseSeed(kSeed, scenario.name);
    census.Count(scenario, kNamedEventsMost);
  }
  for (int64_t i = 0; i < kRandomWorlds; ++i) {
    const rc::Random random(CaseSeed(kSeed, fmt::format("world {}", i)));
    census.Count(ArbitraryWorld()(random, kGenSize).value(), kRandomEventsMost);
  }
  for (const BorderWorld& border : BorderWorlds()) {
    Scenario scenario = border.scenario;
    const uint64_t seed = CaseSeed(kSeed, scenario.name);
    scenario.seed = SuitableSeed(scenario, profile, seed, border.suits);
    census.Count(scenario, kNamedEventsMost);
  }
}

// Of the rules that hold in one profile only, and of all the others.
TEST(BranchCensus, EveryBranchIsMet) {
  std::array<int64_t, kBranches> counts{};
  for (const Profile profile : {kGo1_20, kGo1_25, kNetbsd}) {
    Census census(profile);
    CountCampaign(census, profile);
    fmt::print("{}\n{}\n", ProfileName(profile), census.Table());
    if (const char* directory = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
      const std::string file = fmt::format("{}/branches_{}.txt", directory, ProfileName(profile));
      EXPECT_TRUE(std::ofstream(file) << census.Table());
    }
    for (size_t i = 0; i < kBranches; ++i) counts[i] += census.count(static_cast<Branch>(i));
  }
  for (size_t i = 0; i < kBranches; ++i) {
    const auto branch = static_cast<Branch>(i);
    EXPECT_GT(counts[i], 0) << "never met: " << TextOf(branch).rule << ": " << TextOf(branch).text;
  }
}

// A bundle with a scenario that is not valid would be refused, and the finding not replayed.
TEST(BorderWorlds, AreValidScenarios) {
  for (const BorderWorld& border : BorderWorlds()) {
    EXPECT_EQ(Validate(border.scenario), "") << border.scenario.name;
  }
}

}  // namespace
}  // namespace proctor
