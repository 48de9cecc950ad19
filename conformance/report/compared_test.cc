#include "conformance/report/compared.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace proctor {
namespace {

Latency MakeLatency(const std::string& name, int64_t centre_ns) {
  Latency latency{.name = name};
  for (int64_t i = 0; i < 12; ++i) {
    latency.medians_ns.push_back(centre_ns + i * 10);
    latency.durations_ns.Add(centre_ns + i * 10);
  }
  return latency;
}

Results Make(const std::string& name, int64_t yield_ns, Verdict verdict) {
  Results results{.implementation = name, .version = "1"};
  results.latencies = {MakeLatency("channel", 5'000), MakeLatency("yield", yield_ns)};
  results.verdicts = {{.ruling = {.clause = ClauseId::kCAD_2, .tier = kO, .verdict = verdict}}};
  return results;
}

TEST(Compared, TwoOfTheSameHaveNoDifference) {
  const std::vector<Results> same = {Make("go", 1'000, Verdict::kConforms),
                                     Make("go", 1'000, Verdict::kConforms)};
  const Compared compared = Compare(same, kLeastEffect);
  EXPECT_EQ(compared.names, (std::vector<std::string>{"go 1", "go 1 (#2)"}));
  for (const ComparedLatency& latency : compared.latencies) EXPECT_FALSE(latency.differs);
  EXPECT_TRUE(Regressions(compared).empty());
  EXPECT_NE(RenderCompared(compared).find("1 verdicts are the same, 0 differ"), std::string::npos);
}

TEST(Compared, TheRightOneIsCalled) {
  const std::vector<Results> slowed = {Make("go", 1'000, Verdict::kConforms),
                                       Make("go", 1'200, Verdict::kConforms)};
  const Compared compared = Compare(slowed, kLeastEffect);
  EXPECT_EQ(Regressions(compared), std::vector<std::string>{"yield is slower: x 1.19"});
  EXPECT_NE(RenderCompared(compared).find("SLOWER"), std::string::npos);
}

TEST(Compared, LessThanTheLeastEffectIsNoDifference) {
  const std::vector<Results> slowed = {Make("go", 10'000, Verdict::kConforms),
                                       Make("go", 10'300, Verdict::kConforms)};
  EXPECT_TRUE(Regressions(Compare(slowed, 0.05)).empty());
  EXPECT_EQ(Regressions(Compare(slowed, 0.01)).size(), 1u);
}

TEST(Compared, AClauseThatIsNotKeptAnyMoreIsARegression) {
  const std::vector<Results> broken = {Make("a", 1'000, Verdict::kConforms),
                                       Make("b", 1'000, Verdict::kViolates)};
  const Compared compared = Compare(broken, kLeastEffect);
  EXPECT_EQ(Regressions(compared), std::vector<std::string>{"CAD-2.O was kept and is violated"});
  EXPECT_NE(RenderComparedMarkdown(compared).find("| CAD-2 | O | conforms | violates |"),
            std::string::npos);
  const nlohmann::json json = nlohmann::json::parse(FormatCompared(compared));
  EXPECT_EQ(json["clauses"][0]["verdicts"][1], "violates");
  EXPECT_EQ(json["latencies"].size(), 4u);
}

TEST(Compared, WhatWasKeptAndIsNoVerdictNowIsNotPassedOver) {
  const auto compare = [](Verdict last) {
    return Compare(
        std::vector<Results>{Make("a", 1'000, Verdict::kConforms), Make("a", 1'000, last)},
        kLeastEffect);
  };
  for (const Verdict failed : {Verdict::kCrash, Verdict::kError, Verdict::kTimeout}) {
    EXPECT_EQ(Regressions(compare(failed)),
              std::vector{"CAD-2.O was kept and is " + std::string(VerdictName(failed))});
    EXPECT_TRUE(NoLongerDecided(compare(failed)).empty());
  }
  for (const Verdict open : {Verdict::kNotExercised, Verdict::kInconclusive}) {
    EXPECT_TRUE(Regressions(compare(open)).empty());
    EXPECT_EQ(
        NoLongerDecided(compare(open)),
        std::vector{"CAD-2.O was kept and is not decided now: " + std::string(VerdictName(open))});
  }
  EXPECT_TRUE(NoLongerDecided(compare(Verdict::kConforms)).empty());
}

TEST(Compared, ACurveIsShownAndNotTested) {
  Results first = Make("a", 1'000, Verdict::kConforms);
  first.latencies[1].floor = "switch";
  first.floors = {MakeLatency("switch", 500)};
  for (const int64_t tasks : {100, 10}) {
    Latency point = MakeLatency("yield_by_tasks", tasks * 10'000);
    point.about = "a yield to all";
    point.grows_with = "tasks";
    point.at = tasks;
    first.latencies.push_back(point);
  }
  Results second = first;
  for (size_t i = 2; i < 4; ++i) second.latencies[i].medians_ns = {1'000'000'000};
  const Compared compared = Compare(std::vector<Results>{first, second}, kLeastEffect);
  EXPECT_TRUE(Regressions(compared).empty());
  EXPECT_EQ(compared.latencies.size(), 4u);
  EXPECT_EQ(compared.latencies[0].floors, 0) << "nothing is like it";
  EXPECT_NEAR(compared.latencies[2].floors, 1.9, 0.1);
  ASSERT_EQ(compared.curves.size(), 2u);
  EXPECT_EQ(compared.curves[0].points.front().first, 10) << "they ascend";
  EXPECT_EQ(compared.curves[1].who, 1u);
  EXPECT_NE(RenderCompared(compared).find("a yield to all by tasks, a 1:  10: 100 us"),
            std::string::npos)
      << RenderCompared(compared);
  const nlohmann::json json = nlohmann::json::parse(FormatCompared(compared));
  EXPECT_EQ(json["curves"][1]["points"][0][0], 10);
  std::string error;
  const std::optional<Results> read = ParseResults(FormatResults(first), error);
  ASSERT_TRUE(read) << error;
  EXPECT_EQ(read->latencies, first.latencies);
  EXPECT_EQ(read->floors, first.floors);
}

TEST(Compared, WhatIsUsedIsShownWithItsUnitAndNotTested) {
  Results first = Make("a", 1'000, Verdict::kConforms);
  first.latencies.push_back({.name = "cpu_idle",
                             .about = "CPU time of the process while one task sleeps",
                             .medians_ns = {15'000'000, 15'000'000},
                             .unit = "cpu_ns_per_second"});
  first.latencies.back().durations_ns.Add(15'000'000);
  Results second = first;
  second.latencies.back().medians_ns = {900'000'000, 900'000'000};
  second.latencies.back().stamped = true;
  const Compared compared = Compare(std::vector<Results>{first, second}, kLeastEffect);
  EXPECT_TRUE(Regressions(compared).empty());
  EXPECT_EQ(compared.latencies.size(), 4u);
  ASSERT_EQ(compared.usages.size(), 2u);
  EXPECT_EQ(compared.usages[1].who, 1u);
  const std::string text = RenderCompared(compared);
  EXPECT_NE(text.find("while one task sleeps:\n  a 1   "), std::string::npos) << text;
  EXPECT_NE(text.find("90 % of a core *"), std::string::npos) << text;
  EXPECT_NE(text.find("every operation"), std::string::npos);
  EXPECT_NE(RenderComparedMarkdown(compared).find("| a 1 | 1.5 % of a core |"), std::string::npos);
  const nlohmann::json json = nlohmann::json::parse(FormatCompared(compared));
  EXPECT_EQ(json["usages"][1]["median"], 900'000'000);
  std::string error;
  const std::optional<Results> read = ParseResults(FormatResults(second), error);
  ASSERT_TRUE(read) << error;
  EXPECT_EQ(read->latencies, second.latencies);
  second.latencies.back().unit = "furlongs";
  EXPECT_FALSE(ParseResults(FormatResults(second), error));
  EXPECT_NE(error.find("unit"), std::string::npos) << error;
}

TEST(Compared, WhatTheFirstLacksIsShownAndNotCompared) {
  Results first = Make("a", 1'000, Verdict::kConforms);
  const Results second = first;
  first.latencies[1].medians_ns.clear();
  const Compared compared = Compare(std::vector<Results>{first, second}, kLeastEffect);
  ASSERT_EQ(compared.latencies.size(), 3u);
  EXPECT_FALSE(compared.latencies[2].has_first);
  EXPECT_NE(RenderCompared(compared).find("the first has none"), std::string::npos);
}

TEST(Compared, ForeignNamesAreCleaned) {
  const std::vector<Results> hostile = {Make("\033[31m|x", 1, Verdict::kConforms),
                                        Make("b", 1, Verdict::kViolates)};
  const Compared compared = Compare(hostile, kLeastEffect);
  EXPECT_EQ(RenderCompared(compared).find('\033'), std::string::npos);
  EXPECT_EQ(RenderComparedMarkdown(compared).find("[31m|"), std::string::npos);
}

}  // namespace
}  // namespace proctor
