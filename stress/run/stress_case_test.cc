#include "stress/run/stress_case.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "stress/workloads/workloads.h"

namespace proctor {
namespace {

StressCase Sample() {
  StressCase sample{.fault = FindFault("signals"),
                    .about = "HAND-8.X violates",
                    .scenario = MakeScenario(*FindWorkload("call_storm"), 1, 3)};
  sample.scenario.name = "call_storm_signals_1";
  return sample;
}

std::string Write(const std::string& text) {
  const std::string path = testing::TempDir() + "/case.json";
  std::ofstream(path) << text;
  return path;
}

TEST(StressCase, ComesBackFromItsFile) {
  std::string error;
  const std::optional<StressCase> read = ReadStressCase(Write(FormatStressCase(Sample())), error);
  ASSERT_TRUE(read) << error;
  EXPECT_EQ(read->fault, Sample().fault);
  EXPECT_EQ(read->about, Sample().about);
  EXPECT_EQ(read->scenario, Sample().scenario);
}

TEST(StressCase, WhatIsNoneIsNamed) {
  const auto error_of = [](const std::string& from, const std::string& to) {
    std::string text = FormatStressCase(Sample()), error;
    text.replace(text.find(from), from.size(), to);
    EXPECT_FALSE(ReadStressCase(Write(text), error));
    return error;
  };
  EXPECT_NE(error_of("stress-case/1", "stress-case/9").find("schema"), std::string::npos);
  EXPECT_NE(error_of("\"signals\"", "\"storms\"").find("unknown value 'storms'"),
            std::string::npos);
  EXPECT_NE(error_of("\"tasks\"", "\"tusks\"").find("scenario"), std::string::npos);
}

TEST(StressCase, SmallerOnesAreValidAndEndAtTheSmallest) {
  for (const Workload& workload : Workloads()) {
    StressCase smallest = Sample();
    smallest.scenario = MakeScenario(workload, 7, 4);
    smallest.scenario.name = "x";
    int steps = 0;
    for (auto smaller = SmallerCases(smallest); !smaller.empty();
         smaller = SmallerCases(smallest)) {
      for (const StressCase& one : smaller) EXPECT_EQ(Validate(one.scenario), "");
      smallest = smaller.front();
      ASSERT_LT(++steps, 2000) << workload.name;
    }
    EXPECT_GT(steps, 0);
    EXPECT_EQ(smallest.fault->name, "none");
  }
}

TEST(StressCase, WhatAFaultMayLookLikeIsExcused) {
  const Fault& signals = *FindFault("signals");
  const Fault& competition = *FindFault("competition");
  const Ruling interrupted{.clause = ClauseId::kCAD_2, .tier = kO, .verdict = Verdict::kViolates};
  const Ruling asked_again{.clause = ClauseId::kSLICE_4, .tier = kO, .verdict = Verdict::kViolates};
  const Ruling traced{.clause = ClauseId::kSLICE_4, .tier = kT, .verdict = Verdict::kViolates};
  Ruling late{.clause = ClauseId::kTIME_3, .tier = kX, .verdict = Verdict::kViolates};
  late.measured.emplace();
  EXPECT_TRUE(Excuses(signals, interrupted));
  EXPECT_TRUE(Excuses(signals, asked_again));
  EXPECT_FALSE(Excuses(signals, traced));
  EXPECT_FALSE(Excuses(signals, late));
  EXPECT_TRUE(Excuses(competition, late));
  EXPECT_FALSE(Excuses(competition, asked_again));
  EXPECT_FALSE(Excuses(*FindFault("none"), late));
}

}  // namespace
}  // namespace proctor
