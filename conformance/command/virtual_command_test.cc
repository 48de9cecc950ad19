// The command's tier V: campaigns, findings, bundles and their replay.

#include <gtest/gtest.h>

#include <filesystem>

#include "conformance/command/command_testing.h"
#include "conformance/contract/contract.h"

namespace proctor {
namespace {

class Check : public testing::TestWithParam<Profile> {};

TEST_P(Check, TheReferenceKeepsEveryClause) {
  const std::string folder = Folder("reference");
  const CommandResult outcome =
      Proctor({"check", "reference", "--tiers", "V", "--worlds", "2000", "--profile",
               std::string(ProfileName(GetParam())), "--out", folder});
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  const std::map<std::string, std::string> verdicts = VerdictsOf(ResultsOf(folder));
  for (const Clause& clause : Clauses()) {
    const std::string name = std::string(clause.name) + ".V";
    if ((clause.tiers & kV) != 0 && (clause.profiles & GetParam()) != 0) {
      ASSERT_TRUE(verdicts.contains(name)) << name;
      EXPECT_EQ(verdicts.at(name), "conforms") << name;
    } else {
      EXPECT_FALSE(verdicts.contains(name)) << name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, Check, testing::ValuesIn(kProfiles),
                         [](const auto& info) { return std::to_string(info.index); });

TEST(Finding, IsReplayedFromItsBundle) {
  const std::string folder = Folder("mutant");
  const CommandResult outcome = Proctor({"check", "mutant=sleep_in_wrong_unit", "--tiers", "V",
                                         "--clauses", "CAD-8", "--worlds", "100", "--out", folder});
  EXPECT_EQ(outcome.status, 1) << outcome.output;
  const std::string bundle = folder + "/bundles/CAD-8.json";
  EXPECT_NE(outcome.output.find("  scenario: {\"schema\":\"proctor-scenario/1\""),
            std::string::npos)
      << outcome.output;
  EXPECT_NE(outcome.output.find("  replay: conformance/command/proctor replay " + bundle + "\n"),
            std::string::npos)
      << outcome.output;

  const std::string again = Folder("replayed");
  const CommandResult replayed = Proctor({"replay", bundle, "--out", again});
  EXPECT_EQ(replayed.status, 1) << replayed.output;
  const Results results = ResultsOf(again);
  ASSERT_EQ(results.verdicts.size(), 1u);
  const Results before = ResultsOf(folder);
  ASSERT_EQ(before.verdicts.size(), 1u);
  EXPECT_EQ(results.verdicts[0].ruling.message, before.verdicts[0].ruling.message);
  EXPECT_EQ(results.verdicts[0].ruling.evidence, before.verdicts[0].ruling.evidence);

  const CommandResult judged = Proctor({"judge", again + "/traces/replay.jsonl"});
  EXPECT_EQ(judged.status, 1);
  EXPECT_NE(judged.output.find("CAD-8 violates by tier V"), std::string::npos) << judged.output;
}

TEST(Finding, WithoutAFolderIsReplayedFromItsSeed) {
  const CommandResult outcome = Proctor({"check", "mutant=sleep_in_wrong_unit", "--tiers", "V",
                                         "--clauses", "CAD-8", "--worlds", "100", "--seed", "7"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.output.find("  replay: conformance/command/proctor check "
                                "mutant=sleep_in_wrong_unit --clauses CAD-8 --tiers V "
                                "--seed 7\n"),
            std::string::npos)
      << outcome.output;
}

TEST(Budget, WhatACampaignDidNotComeToIsInconclusive) {
  const std::string folder = Folder("short");
  const CommandResult outcome = Proctor({"check", "reference", "--tiers", "V", "--clauses",
                                         "DEAD-5", "--budget", "1ms", "--out", folder});
  EXPECT_EQ(outcome.status, 2) << outcome.output;
  EXPECT_EQ(VerdictsOf(ResultsOf(folder))["DEAD-5.V"], "inconclusive");
}

TEST(Replay, WhatIsWrongWithABundleIsNamedInOneLine) {
  const auto error_of = [](const std::string& text) {
    const std::string path = Write("bundle.json", text);
    const CommandResult outcome = Proctor({"replay", path});
    EXPECT_EQ(outcome.status, 64) << outcome.output;
    const std::string start = "proctor: " + path + ": ";
    EXPECT_TRUE(outcome.output.starts_with(start)) << outcome.output;
    return outcome.output.substr(std::min(start.size(), outcome.output.size()));
  };
  const std::string scenario =
      R"("scenario":{"schema":"proctor-scenario/1","name":"x","tasks":[{"ops":[{"op":"yield"}]}]})";
  EXPECT_EQ(error_of(""), "bundle: not JSON from line 1, column 1 on\n");
  EXPECT_EQ(error_of(std::string("\0\0", 2)), "bundle: a NUL byte at line 1, column 1\n");
  EXPECT_EQ(error_of("[]"), "bundle: must be an object\n");
  EXPECT_EQ(error_of("{}"), "bundle: missing member 'schema'\n");
  EXPECT_EQ(error_of(R"({"schema":"proctor-bundle/9"})"),
            "bundle: schema 'proctor-bundle/9' is not 'proctor-bundle/1'\n");
  EXPECT_EQ(
      error_of(R"({"schema":"proctor-bundle/1","implementation":"reference","profile":"go1.20"})"),
      "bundle: missing member 'scenario'\n");
  EXPECT_EQ(
      error_of(R"({"schema":"proctor-bundle/1","implementation":"reference","profile":"go9"})"),
      "bundle: profile unknown value 'go9'\n");
  EXPECT_EQ(
      error_of(
          R"({"schema":"proctor-bundle/1","implementation":"reference","profile":"go1.20","clause":"X-1",)" +
          scenario + "}"),
      "bundle: clause unknown value 'X-1'\n");
  EXPECT_EQ(
      error_of(R"({"schema":"proctor-bundle/1","implementation":"nobody","profile":"go1.20",)" +
               scenario + "}"),
      "this program holds no monitor 'nobody'; build it with "
      "--//conformance:implementation=LABEL\n");
  EXPECT_EQ(Proctor({"replay", "/nowhere/bundle"}).status, 64);
}

}  // namespace
}  // namespace proctor
