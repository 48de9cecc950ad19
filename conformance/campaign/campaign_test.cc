#include "conformance/campaign/campaign.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "conformance/file/input_file.h"
#include "conformance/file/output_file.h"
#include "conformance/implementations/reference/reference.h"
#include "conformance/report/exit_status.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kFewWorlds = 20;

std::string Path(const std::string& name) { return fs::path(testing::TempDir()) / name; }

std::string Write(const std::string& name, const std::string& text) {
  std::ofstream(Path(name), std::ios::binary) << text;
  return Path(name);
}

// An adapter that is a shell script.
std::string Adapter(const std::string& name, const std::string& script) {
  const std::string path = Write(name, "#!/bin/sh\n" + script);
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

Subject Reference() { return {.name = "reference", .implementation = &ReferenceImplementation()}; }

std::string PlanError(const CampaignRequest& request, std::optional<Subject> subject) {
  std::string error;
  EXPECT_FALSE(MakePlan(request, std::move(subject), error));
  return error;
}

class NoteListener : public Listener {
 public:
  explicit NoteListener(int stops_after = INT32_MAX) : left_(stops_after) {}
  void OnNote(std::string_view line) override { notes += std::string(line) + "\n"; }
  const StopRequest* stop() const override {
    if (left_-- == 0) stop_.Make();
    return &stop_;
  }

  std::string notes;

 private:
  mutable std::atomic<int> left_;
  mutable StopRequest stop_;
};

CampaignEnd RunPlanned(const CampaignRequest& request, std::optional<Subject> subject,
                       NoteListener& listener, const std::string& out = "") {
  std::string error;
  const std::optional<Plan> plan = MakePlan(request, std::move(subject), error);
  EXPECT_TRUE(plan) << error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(out, error);
  EXPECT_TRUE(folder) << error;
  return RunCampaign(*plan, *folder, listener);
}

CampaignRequest InVirtualTime(const std::string& clauses) {
  return {.implementation = "reference", .clauses = clauses, .tiers = kV, .worlds = kFewWorlds};
}

TEST(Plan, EveryPartOfTheClausesMustMatch) {
  const auto error_of = [](const std::string& clauses) {
    return PlanError({.implementation = "go", .clauses = clauses}, std::nullopt);
  };
  EXPECT_EQ(error_of("CAD-2,DEEP-99"),
            "--clauses: no clause matches 'DEEP-99'; `proctor list clauses` shows all");
  EXPECT_EQ(error_of("CAD-2,"), "--clauses: an empty part in 'CAD-2,'");
  EXPECT_EQ(error_of(",CAD-2"), "--clauses: an empty part in ',CAD-2'");
  EXPECT_EQ(error_of(""), "--clauses: an empty part in ''");
}

TEST(Plan, WhatNoEvidenceCanDecideIsRefused) {
  EXPECT_EQ(PlanError({.implementation = "go", .clauses = "CAD-2,DEEP-3", .tiers = kO | kX},
                      std::nullopt),
            "--clauses: 'DEEP-3' is decided by V,T,D only, and here O,X can judge");
  EXPECT_EQ(PlanError({.implementation = "go", .tiers = kV | kO}, std::nullopt),
            "--tiers: there is no evidence of tier V from go; give some of T,O,X,D");
  const Subject mutant{.name = "mutant=x", .implementation = &ReferenceImplementation()};
  EXPECT_EQ(PlanError({.implementation = "mutant=x", .tiers = kO}, mutant),
            "--tiers: there is no evidence of tier O from mutant=x; give some of V");
  EXPECT_EQ(PlanError({.implementation = "mutant=x", .clauses = "POLL-5"}, mutant),
            "--clauses: 'POLL-5' holds in go1.22, go1.25, go1.26 only, and this is go1.20");
}

TEST(Plan, ExpectationsThatCannotBeReadAreRefused) {
  const auto error_of = [](const std::string& file) {
    return PlanError({.implementation = "go", .expectations = file}, std::nullopt);
  };
  EXPECT_EQ(error_of("/dev/null"), "/dev/null: is a device; give a regular file");
  EXPECT_EQ(error_of("/tmp"), "/tmp: is a folder; give a regular file");
  const std::string empty = Write("empty.json", "");
  EXPECT_EQ(error_of(empty), empty + ": expectations: not JSON from line 1, column 1 on");
}

TEST(Plan, TwoScenariosOfOneNameAreRefused) {
  const std::string text =
      R"({"schema":"proctor-scenario/1","name":"mine","tasks":[{"ops":[{"op":"yield"}]}]})";
  const std::string error = PlanError(
      {.implementation = "go", .scenarios = {Write("a.json", text), Write("b.json", text)}},
      std::nullopt);
  EXPECT_TRUE(error.starts_with("--scenario: two are called 'mine'")) << error;
}

TEST(Plan, AScenarioThatCannotBeReadIsNamed) {
  EXPECT_EQ(PlanError({.implementation = "go", .scenarios = {"/nowhere/x"}}, std::nullopt),
            "--scenario: /nowhere/x: cannot be opened: No such file or directory; `proctor list "
            "scenarios` shows the named ones");
  const std::string deep = Write("deep.json", std::string(50'000, '['));
  EXPECT_EQ(PlanError({.implementation = "go", .scenarios = {deep}}, std::nullopt),
            deep + ": scenario: nests deeper than 64 levels");
}

TEST(Campaign, InVirtualTimeNeedsNoProcess) {
  NoteListener listener;
  const CampaignEnd end = RunPlanned(InVirtualTime("CAD-*"), Reference(), listener);
  ASSERT_TRUE(end.results);
  EXPECT_EQ(end.exit_status, kExitAsExpected);
  EXPECT_EQ(end.errors.size(), 0u);
  EXPECT_FALSE(end.results->verdicts.empty());
  for (const Result& result : end.results->verdicts) {
    EXPECT_EQ(result.ruling.verdict, Verdict::kConforms) << ClauseName(result.ruling.clause);
  }
  EXPECT_TRUE(listener.notes.starts_with("tier V: ")) << listener.notes;
}

TEST(Campaign, AnInterruptedOneSaysSoAndIsNotAsExpected) {
  NoteListener listener(/*stops_after=*/30);
  CampaignRequest request = InVirtualTime("CAD-2");
  request.worlds = 100'000;
  const CampaignEnd end = RunPlanned(request, Reference(), listener);
  ASSERT_TRUE(end.results);
  EXPECT_EQ(end.exit_status, kExitInconclusive);
  ASSERT_EQ(end.results->unjudged.size(), 1u);
  EXPECT_NE(end.results->unjudged[0].find("worlds were tried: interrupted"), std::string::npos)
      << end.results->unjudged[0];
}

TEST(Campaign, ABudgetThatEndsSaysSoAndIsNotAsExpected) {
  NoteListener listener;
  CampaignRequest request = InVirtualTime("CAD-2");
  request.budget_ms = 0;
  const CampaignEnd end = RunPlanned(request, Reference(), listener);
  EXPECT_EQ(end.exit_status, kExitInconclusive);
  ASSERT_EQ(end.results->unjudged.size(), 1u);
  EXPECT_NE(end.results->unjudged[0].find("give a larger --budget"), std::string::npos);
}

TEST(Campaign, AnAdapterThatEndsAtOnceIsAnError) {
  NoteListener listener;
  const std::string path = Adapter("silent adapter", "exit 0\n");
  const CampaignEnd end =
      RunPlanned({.implementation = path, .clauses = "CAD-2"}, std::nullopt, listener);
  ASSERT_TRUE(end.results);
  EXPECT_EQ(end.exit_status, kExitFailed);
  ASSERT_FALSE(end.results->verdicts.empty());
  const Result& result = end.results->verdicts[0];
  EXPECT_EQ(result.ruling.verdict, Verdict::kError);
  EXPECT_EQ(result.replay, "proctor check '" + path + "' --clauses CAD-2 --tiers O --seed 1");
}

// An adapter that says these members of itself, and leaves a line in `log` for every start and for
// every scenario that it gets.
std::string Modest(const std::string& log, const std::string& members) {
  return Adapter("modest", "echo start >> " + log + R"(
echo '{"schema":"proctor-adapter/1","name":"modest","version":"7","operations":["receive","send"],)" +
                               R"("settable":[],"in_force":{"procs":1},)" + members + "}' >&4\n" +
                               "read line <&3 && echo scenario >> " + log + "\nexit 0\n");
}

TEST(Campaign, WhatIsDeclaredAbsentIsUnsupportedAndCostsNoScenario) {
  const std::string log = Path("modest.log");
  fs::remove(log);
  const std::string path = Modest(log, R"("monitor":null,"reports_deadlock":false)");
  NoteListener listener;
  const CampaignEnd end =
      RunPlanned({.implementation = path, .clauses = "DEAD-3,CAD-2"}, std::nullopt, listener);
  ASSERT_TRUE(end.results);
  EXPECT_EQ(end.results->implementation, "modest");
  EXPECT_EQ(end.results->version, "7");
  EXPECT_EQ(end.results->asked_as, path);
  std::map<std::string, std::string> said;
  for (const Result& result : end.results->verdicts) {
    EXPECT_EQ(result.ruling.verdict, Verdict::kUnsupported);
    said[std::string(ClauseName(result.ruling.clause))] = result.ruling.message;
  }
  EXPECT_EQ(said["DEAD-3"], "the adapter declares \"reports_deadlock\":false");
  EXPECT_EQ(said["CAD-2"], "the adapter declares \"monitor\":null");
  std::string error;
  EXPECT_EQ(ReadWholeFile(log, error, 1000), "start\n") << "it was only asked who it is";
  EXPECT_EQ(end.exit_status, kExitInconclusive) << "asked for by name, and not judged";
}

TEST(Campaign, AnAdapterThatDoesNothingIsAnErrorAndIsNotJudged) {
  const std::string path = Adapter("idler", R"(
echo '{"schema":"proctor-adapter/1","name":"idler","version":"1","operations":["receive","send"],"settable":[]}' >&4
read line <&3 || exit 0
echo '{"done":{}}' >&4
read line <&3
exit 0
)");
  NoteListener listener;
  const CampaignEnd end = RunPlanned({.implementation = path, .clauses = "DEAD-3", .tiers = kX},
                                     std::nullopt, listener);
  ASSERT_TRUE(end.results);
  ASSERT_EQ(end.results->verdicts.size(), 1u);
  const Ruling& ruling = end.results->verdicts[0].ruling;
  EXPECT_EQ(ruling.verdict, Verdict::kError);
  EXPECT_EQ(ruling.message,
            "the run does not match its scenario: scenario_start is missing [deadlock]");
  EXPECT_EQ(end.exit_status, kExitFailed);
}

TEST(Campaign, ExpectationsOfAnotherImplementationAreRefused) {
  const std::string log = Path("other.log");
  fs::remove(log);
  const std::string file = Write(
      "other.json", R"({"schema":"proctor-expectations/1","implementation":"gccgo","entries":[]})");
  NoteListener listener;
  const CampaignEnd end = RunPlanned({.implementation = Modest(log, R"("monitor":null)"),
                                      .clauses = "DEAD-3",
                                      .expectations = file},
                                     std::nullopt, listener);
  EXPECT_FALSE(end.results);
  EXPECT_EQ(end.exit_status, kExitWrongUsage);
  EXPECT_EQ(end.errors, std::vector<std::string>{
                            file + ": these expectations are of 'gccgo', and this is 'modest'"});
}

TEST(Campaign, ReplayLinesHoldTheEnvironmentThatTheAdapterNames) {
  setenv("MODEST_DEBUG", "a b", 1);
  const std::vector<std::string> environment = {"MODEST_DEBUG", "MODEST_OTHER"};
  EXPECT_EQ(CheckLine({.implementation = "./x"}, environment, ClauseId::kDEAD_3, kX),
            "MODEST_DEBUG='a b' proctor check ./x --clauses DEAD-3 --tiers X --seed 1");
  unsetenv("MODEST_DEBUG");
}

TEST(Campaign, AnImplementationThatThereIsNotIsWrongUsage) {
  NoteListener listener;
  const CampaignEnd end = RunPlanned({.implementation = "cobol"}, std::nullopt, listener);
  EXPECT_FALSE(end.results);
  EXPECT_EQ(end.exit_status, kExitWrongUsage);
  EXPECT_EQ(end.errors.size(), 1u);
}

TEST(OutputFolder, WhatAnEarlierRunLeftIsTold) {
  const std::string path = Path("old");
  std::string error;
  {
    const std::optional<OutputFolder> folder = OutputFolder::Open(path, error);
    ASSERT_TRUE(folder) << error;
    ASSERT_TRUE(WriteWholeFile(folder->BundlePath("CAD-2"), "{}", error));
    ASSERT_TRUE(WriteWholeFile(folder->BundlePath("CAD-3"), "{}", error));
    EXPECT_TRUE(folder->OldFiles().empty());
  }
  const std::optional<OutputFolder> folder = OutputFolder::Open(path, error);
  ASSERT_TRUE(folder) << error;
  ASSERT_TRUE(WriteWholeFile(folder->BundlePath("CAD-3"), "{}", error));
  EXPECT_EQ(folder->OldFiles(), std::vector<std::string>{"bundles/CAD-2.json"});
}

TEST(OutputFolder, OneReportThatCannotBeWrittenDoesNotKeepTheOthers) {
  const std::string path = Path("reports");
  fs::create_directories(path + "/results.json");  // a folder where a file should go
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(path, error);
  ASSERT_TRUE(folder) << error;
  const std::vector<std::string> errors = folder->WriteReports({.implementation = "x"});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_TRUE(errors[0].starts_with(path + "/results.json: cannot be written: ")) << errors[0];
  EXPECT_TRUE(fs::exists(path + "/junit.xml"));
  EXPECT_TRUE(fs::exists(path + "/report.md"));
  EXPECT_TRUE(fs::exists(path + "/report.html"));
}

}  // namespace
}  // namespace proctor
