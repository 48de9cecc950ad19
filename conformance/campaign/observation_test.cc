// What is made of an observation, on hand-made evidence; real processes are observed by
// conformance/command/real_world_test.cc.

#include "conformance/campaign/observation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include "conformance/campaign/listener.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

ProcessObservation Seen(const TraceBuilder& trace) {
  ProcessObservation observation{.header = trace.header, .events = trace.events};
  observation.header.implementation = "server";
  return observation;
}

OutputFolder Open(const std::string& path) {
  std::string error;
  std::optional<OutputFolder> folder = OutputFolder::Open(path, error);
  EXPECT_TRUE(folder) << error;
  return std::move(*folder);
}

const Result& Find(const Results& results, ClauseId clause) {
  const auto found = std::ranges::find_if(
      results.verdicts, [clause](const Result& result) { return result.ruling.clause == clause; });
  EXPECT_NE(found, results.verdicts.end()) << ClauseName(clause);
  return *found;
}

TEST(GradeObservation, JudgesWhatItStores) {
  const OutputFolder folder = Open(testing::TempDir() + "kept");
  const GradedObservation graded =
      GradeObservation(Seen(TraceBuilder().FreshStart()), "proctor", folder);
  ASSERT_TRUE(graded.results);
  EXPECT_TRUE(graded.errors.empty());
  EXPECT_EQ(graded.results->implementation, "server");
  EXPECT_EQ(graded.results->exit_status, 0);
  const Result& result = Find(*graded.results, ClauseId::kCAD_2);
  EXPECT_EQ(result.ruling.verdict, Verdict::kConforms);
  EXPECT_EQ(result.replay, "proctor judge " + folder.TracePath("observed"));
  EXPECT_TRUE(std::filesystem::exists(folder.TracePath("observed")));
}

TEST(GradeObservation, OfABrokenMonitorIsAViolation) {
  const GradedObservation graded =
      GradeObservation(Seen(TraceBuilder().Run(1, 40 * kUs)), "proctor", Open(""));
  ASSERT_TRUE(graded.results);
  EXPECT_EQ(graded.results->exit_status, 1);
  const Result& result = Find(*graded.results, ClauseId::kCAD_2);
  EXPECT_EQ(result.ruling.verdict, Verdict::kViolates);
  EXPECT_EQ(result.replay, "") << "its trace is gone with the folder";
}

TEST(GradeObservation, OfAMonitorThatDidNothingMissesNoClause) {
  const GradedObservation graded = GradeObservation(Seen(TraceBuilder()), "proctor", Open(""));
  ASSERT_TRUE(graded.results);
  EXPECT_EQ(graded.results->exit_status, 0);
  EXPECT_TRUE(graded.results->unjudged.empty());
}

TEST(GradeObservation, OfNoMonitorIsNone) {
  ProcessObservation observation = Seen(TraceBuilder().FreshStart());
  observation.header.tiers = 0;
  const OutputFolder folder = Open("");
  const GradedObservation graded = GradeObservation(observation, "proctor", folder);
  EXPECT_FALSE(graded.results);
  EXPECT_TRUE(graded.errors.empty());
  EXPECT_FALSE(std::filesystem::exists(folder.TracePath("observed")));
}

TEST(GradeObservation, VariablesAreGradedBesideInTheOrderOfTheContract) {
  ProcessObservation observation = Seen(TraceBuilder().FreshStart());
  observation.inspected = observation.events;
  const OutputFolder folder = Open("");
  const GradedObservation graded = GradeObservation(observation, "proctor", folder);
  ASSERT_TRUE(graded.results);
  EXPECT_TRUE(std::filesystem::exists(folder.TracePath("inspected")));
  const auto& verdicts = graded.results->verdicts;
  EXPECT_TRUE(
      std::ranges::any_of(verdicts, [](const Result& result) { return result.ruling.tier == kD; }));
  EXPECT_TRUE(std::ranges::is_sorted(verdicts, {},
                                     [](const Result& result) { return result.ruling.clause; }));
}

TEST(GradeObservation, SaysWhyItCouldNotStoreTheEvidence) {
  const OutputFolder folder = Open(testing::TempDir() + "removed");
  std::filesystem::remove_all(folder.path());
  const GradedObservation graded =
      GradeObservation(Seen(TraceBuilder().FreshStart()), "proctor", folder);
  EXPECT_FALSE(graded.results);
  ASSERT_EQ(graded.errors.size(), 1u);
  EXPECT_NE(graded.errors.front().find(folder.TracePath("observed")), std::string::npos)
      << graded.errors.front();
}

TEST(ObserveProcess, OfAProgramThatDoesNotExistSaysSo) {
  Listener nobody;
  std::string error;
  EXPECT_FALSE(ObserveProcess({.command = {"no-such-program"}}, nobody, error));
  EXPECT_NE(error.find("no-such-program"), std::string::npos) << error;
}

}  // namespace
}  // namespace proctor
