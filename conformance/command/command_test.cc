// The proctor command as its users see it: what it prints, writes and exits with, on real runtimes
// and on broken input.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include "conformance/command/command_testing.h"
#include "conformance/contract/contract.h"
#include "conformance/implementations/implementation.h"
#include "conformance/process/process.h"
#include "conformance/report/results.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

// Nightly runs go to the end of what presubmit only begins.
bool IsNightly() {
  const char* extent = std::getenv("TEST_EXTENT");
  return extent != nullptr && std::string_view(extent) == "nightly";
}

bool Has(const std::string& name) {
  for (const FoundImplementation& found : FindImplementations()) {
    if (found.name == name) return !found.about.starts_with("missing");
  }
  return false;
}

// Expects nothing worse than what noise prevents, and every conforming verdict to have been put to
// the test.
void ExpectAsExpected(const CommandResult& outcome, const Results& results,
                      size_t conforming_least) {
  std::set<ClauseId> conforming;
  bool inconclusive = false;
  for (const Result& result : results.verdicts) {
    EXPECT_TRUE(result.expected) << ClauseName(result.ruling.clause) << ": "
                                 << result.ruling.message;
    if (result.ruling.verdict == Verdict::kInconclusive) inconclusive = true;
    if (result.ruling.verdict != Verdict::kConforms) continue;
    EXPECT_GT(result.ruling.triggers, 0) << ClauseName(result.ruling.clause);
    conforming.insert(result.ruling.clause);
  }
  EXPECT_GE(conforming.size() + (inconclusive ? 3 : 0), conforming_least);
  EXPECT_EQ(outcome.status, inconclusive ? 2 : 0) << outcome.output;
  EXPECT_EQ(results.exit_status, outcome.status);
}

// The Go toolchains of this machine; but for the nightly run the newest one only, where their names
// have a release in them. The oldest is what the ladder of broken ones is made of.
std::vector<std::string> GoToolchains() {
  std::vector<std::string> names;
  for (const FoundImplementation& found : FindImplementations()) {
    const bool is_go = found.name == "go" || found.name.starts_with("go=");
    if (is_go && !found.about.starts_with("missing")) names.push_back(found.name);
  }
  if (!IsNightly() && names.size() > 1) names = {std::ranges::max(names)};
  return names;
}

TEST(CheckGo, EveryToolchainKeepsTheContract) {
  const std::vector<std::string> names = GoToolchains();
  if (names.empty()) GTEST_SKIP() << "no go toolchain on this machine";
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const std::string folder = Folder("go");
    const CommandResult outcome = Proctor({"check", name, "--out", folder});
    ExpectAsExpected(outcome, ResultsOf(folder), 30);
    EXPECT_TRUE(fs::exists(folder + "/junit.xml"));
    EXPECT_TRUE(fs::exists(folder + "/report.md"));
    EXPECT_TRUE(fs::exists(folder + "/traces/idle.jsonl"));
    EXPECT_TRUE(fs::exists(folder + "/scenarios/idle.json"));
  }
}

TEST(CheckReference, KeepsEveryClauseByAllTiers) {
  const std::string folder = Folder("reference");
  const CommandResult outcome =
      Proctor({"check", "reference", "--worlds", IsNightly() ? "5000" : "500", "--out", folder});
  const Results results = ResultsOf(folder);
  ExpectAsExpected(outcome, results, 85);
  std::map<ClauseId, std::set<Verdict>> decided;
  std::set<ClauseId> open;
  for (const Result& result : results.verdicts) {
    const Verdict verdict = result.ruling.verdict;
    if (verdict == Verdict::kInconclusive) open.insert(result.ruling.clause);
    if (verdict != Verdict::kNotExercised && verdict != Verdict::kInconclusive) {
      decided[result.ruling.clause].insert(verdict);
    }
  }
  for (const Clause& clause : Clauses()) {
    if (clause.level != Level::kMust || (clause.profiles & kDefaultProfile) == 0) continue;
    // What several tiers decide they decide alike. What one alone decides noise may leave open.
    if (decided[clause.id].empty() && open.contains(clause.id)) continue;
    EXPECT_EQ(decided[clause.id], std::set{Verdict::kConforms}) << clause.name;
  }
}

TEST(CheckGccgo, DeviatesAsExpected) {
  if (!Has("gccgo")) GTEST_SKIP() << "no gccgo on this machine";
  const std::string folder = Folder("gccgo");
  std::vector<std::string> arguments = {"check", "gccgo", "--out", folder};
  if (!IsNightly()) arguments.insert(arguments.end(), {"--clauses", "SYS-*,CAD-*"});
  const CommandResult outcome = Proctor(arguments);
  const Results results = ResultsOf(folder);
  ExpectAsExpected(outcome, results, IsNightly() ? 28 : 8);
  EXPECT_TRUE(results.version.starts_with("1")) << results.version;  // that of the compiler: 12.2.0
}

TEST(CheckGccgo, IsNotAccusedOfWhatItDeclaresAbsent) {
  if (!Has("gccgo")) GTEST_SKIP() << "no gccgo on this machine";
  const std::string folder = Folder("gccgo");
  const CommandResult outcome =
      Proctor({"check", "gccgo", "--clauses", "PRE-5,SLICE-3,POLL-7", "--out", folder});
  std::map<std::string, std::string> verdicts = VerdictsOf(ResultsOf(folder));
  for (const char* clause : {"PRE-5.X", "SLICE-3.X", "SLICE-3.O", "POLL-7.X"}) {
    EXPECT_EQ(verdicts[clause], "unsupported") << clause;
  }
  EXPECT_NE(outcome.output.find("the adapter declares \"preemption\":\"none\""), std::string::npos);
  EXPECT_EQ(outcome.status, 2) << "what was asked for was not judged";
}

// Waits so long that no stall of a busy machine explains them.
constexpr const char* kLongSpins = R"({"schema":"proctor-scenario/1","name":"long_spins",
  "budget_ms":30000,"tunables":{"gc_percent":-1,"procs":1},"tasks":[
  {"repeat":10,"ops":[{"op":"yield"},{"op":"spawn","task":1},{"op":"spin","duration_ns":400000000}]},
  {"start":false,"ops":[{"op":"yield"}]}]})";

TEST(CheckGo, PreemptionTurnedOffBreaksPre5AndKeepsPre3) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  const std::string folder = Folder("preemption");
  const CommandResult outcome =
      Proctor({"check", "go", "--scenario", Write("long_spins.json", kLongSpins), "--clauses",
               "PRE-3,PRE-5", "--out", folder},
              {"GODEBUG=asyncpreemptoff=1"});
  std::map<std::string, std::string> verdicts = VerdictsOf(ResultsOf(folder));
  EXPECT_EQ(verdicts["PRE-5.X"], "violates");
  EXPECT_EQ(verdicts["PRE-3.O"], "conforms");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(
      outcome.output.find(
          "replay: GODEBUG=asyncpreemptoff=1 conformance/command/proctor check go --clauses PRE-5"),
      std::string::npos)
      << outcome.output;
}

TEST(CheckGo, TheTraceKeepsItFromDeepSleep) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  const std::string folder = Folder("trace");
  Proctor({"check", "go", "--clauses", "DEEP-*,TRC-1", "--out", folder},
          {"GODEBUG=schedtrace=100"});
  std::map<std::string, std::string> verdicts = VerdictsOf(ResultsOf(folder));
  EXPECT_EQ(verdicts["DEEP-13.O"], "conforms");
  EXPECT_EQ(verdicts["TRC-1.O"], "conforms");
  for (const char* clause : {"DEEP-4.O", "DEEP-9.X", "DEEP-11.O", "DEEP-14.O"}) {
    EXPECT_EQ(verdicts[clause], "not_exercised") << clause;
  }
}

TEST(CheckGo, TheCollectorTurnedOffForcesNothing) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  const std::string folder = Folder("collector");
  Proctor({"check", "go", "--clauses", "GC-*", "--out", folder}, {"GOGC=off"});
  std::map<std::string, std::string> verdicts = VerdictsOf(ResultsOf(folder));
  EXPECT_EQ(verdicts["GC-3.X"], "conforms");
  EXPECT_EQ(verdicts["GC-1.X"], "not_exercised");
}

TEST(Judge, SaysTheSameAsTheRunThatStoredTheTrace) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  const std::string run = Folder("run");
  const std::string again = Folder("again");
  Proctor({"check", "go", "--scenario", "idle", "--out", run});
  Proctor({"judge", run + "/traces/idle.jsonl", "--out", again});
  std::map<std::string, std::string> verdicts = VerdictsOf(ResultsOf(again));
  EXPECT_EQ(VerdictsOf(ResultsOf(run)), verdicts);
  EXPECT_EQ(verdicts["DEEP-4.O"], "conforms");
}

TEST(Judge, ATraceThatIsCutIsGradedUpToThere) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  const std::string run = Folder("whole");
  Proctor({"check", "go", "--scenario", "lone_spinner", "--out", run});
  std::string text = Contents(run + "/traces/lone_spinner.jsonl");
  text.resize(text.size() * 3 / 4);
  text.resize(text.rfind('\n') + 9);
  const std::string folder = Folder("cut");
  const CommandResult outcome = Proctor({"judge", Write("cut.jsonl", text), "--out", folder});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_NE(outcome.output.find("the last line is cut short"), std::string::npos) << outcome.output;
  EXPECT_EQ(VerdictsOf(ResultsOf(folder))["CAD-2.O"], "conforms");
  EXPECT_NE(Contents(folder + "/results.json").find("\"exit_status\": 3"), std::string::npos);
}

TEST(Observe, ACommandFromItsStart) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  const std::string folder = Folder("observed");
  const CommandResult outcome = Proctor({"observe", "--for", "20s", "--out", folder, "--",
                                         "conformance/observer/workload_go", "0", "700", "spin"});
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  // A P that is taken meanwhile makes the first run longer; CAD-2 knows by how much.
  constexpr std::string_view kCadence = "\ncadence:\n  ";
  const size_t cadence = outcome.output.find(kCadence);
  ASSERT_NE(cadence, std::string::npos) << outcome.output;
  EXPECT_GE(std::atoi(outcome.output.c_str() + cadence + kCadence.size()), 51) << outcome.output;
  EXPECT_NE(outcome.output.find(" x 20 us, 40 us, 80 us"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("wake-ups:"), std::string::npos) << outcome.output;
  std::map<std::string, std::string> verdicts = VerdictsOf(ResultsOf(folder));
  EXPECT_EQ(verdicts["CAD-2.O"], "conforms");
  EXPECT_EQ(verdicts["ID-1.O"], "conforms");
}

TEST(Observe, AReleaseThatNobodyHasReadIsSaidToBeGradedAsAnOlderOne) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  std::string program = Contents("conformance/observer/workload_go");
  const std::string version = program.substr(program.find("go1."), 6);
  for (size_t at = 0; (at = program.find(version, at)) != std::string::npos; ++at) {
    program.replace(at, version.size(), "go1.99");
  }
  const std::string path = Write("newer_go", program);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  for (const char* way : {"--for=5s", "--follow-children"}) {
    const CommandResult outcome = Proctor({"observe", way, "--", path, "0", "300", "spin"});
    EXPECT_NE(outcome.output.find("go1.99 is newer than go1."), std::string::npos)
        << outcome.output;
  }
  const CommandResult asked =
      Proctor({"observe", "--profile", "go1.20", "--for", "5s", "--", path, "0", "300", "spin"});
  EXPECT_EQ(asked.output.find("go1.99 is newer than"), std::string::npos) << asked.output;
}

TEST(Observe, ACommandsOwnStatusIsPassedOn) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  const CommandResult outcome = Proctor(
      {"observe", "--for", "20s", "--", "conformance/observer/workload_go", "6", "700", "spin"});
  EXPECT_EQ(outcome.status, 6) << outcome.output;
  EXPECT_NE(outcome.output.find("the command ended with status 6"), std::string::npos)
      << outcome.output;
}

TEST(Observe, ARunningProcessWhichGoesOn) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  std::string error;
  auto process =
      Process::Spawn({.argv = {"conformance/observer/workload_go", "6", "2500", "spin"}}, error);
  ASSERT_TRUE(process) << error;
  const std::string folder = Folder("attached");
  const CommandResult outcome =
      Proctor({"observe", "--pid", std::to_string(process->pid()), "--for", "1s", "--out", folder});
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_EQ(process->Wait(MonotonicNowNs() + kTimeoutNs), 6);
  EXPECT_EQ(VerdictsOf(ResultsOf(folder))["CAD-2.O"], "conforms");
}

TEST(Expectations, AStaleEntryIsRedWhereAllRan) {
  const std::string file = Write("stale.json", R"({"schema":"proctor-expectations/1",
      "implementation":"reference","entries":[
        {"clause":"CAD-2","verdict":"violates","reason":"once upon a time"}]})");
  const auto check = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"check",     "reference", "--tiers",        "V",
                                      "--clauses", "CAD-2",     "--expectations", file};
    words.insert(words.end(), more.begin(), more.end());
    return Proctor(std::move(words));
  };
  const CommandResult whole = check({"--worlds", "50"});
  EXPECT_EQ(whole.status, 1);
  EXPECT_NE(whole.output.find("stale expectation"), std::string::npos) << whole.output;
  const CommandResult part = check({"--scenario", "idle"});
  EXPECT_EQ(part.status, 0);
  EXPECT_NE(part.output.find("not seen in what ran"), std::string::npos) << part.output;
}

TEST(Expectations, ThoseOfAnotherImplementationAreRefused) {
  if (!Has("go")) GTEST_SKIP() << "no go toolchain on this machine";
  const std::string file = Write(
      "other.json", R"({"schema":"proctor-expectations/1","implementation":"gccgo","entries":[]})");
  const CommandResult outcome =
      Proctor({"check", "go", "--scenario", "idle", "--clauses", "CAD-2", "--expectations", file});
  EXPECT_EQ(outcome.status, 64);
  EXPECT_NE(outcome.output.find(file + ": these expectations are of 'gccgo', and this is 'go'"),
            std::string::npos)
      << outcome.output;
}

TEST(Usage, WhatIsWrongIsNamedInOneLine) {
  const auto error_of = [](std::vector<std::string> arguments, int status) {
    const CommandResult outcome = Proctor(std::move(arguments));
    EXPECT_EQ(outcome.status, status) << outcome.output;
    return outcome.output;
  };
  EXPECT_EQ(error_of({"check", "cobol"}, 64),
            "proctor: 'cobol' is no implementation: give a name that `proctor list "
            "implementations` shows, "
            "NAME=TOOLCHAIN, or the path of an adapter\n");
  EXPECT_EQ(error_of({"check", "go=/nowhere/go"}, 3),
            "proctor: /nowhere/go: no such toolchain; give the path of an executable\n");
  EXPECT_EQ(error_of({"check", "go", "--clauses", "FOO-*"}, 64),
            "proctor: --clauses: no clause matches 'FOO-*'; `proctor list clauses` shows all\n");
  EXPECT_EQ(error_of({"check", "go", "--tiers", "O,Q"}, 64),
            "proctor: --tiers: unknown tier in 'O,Q'; there are V,T,O,X,D; --help shows what there "
            "is\n");
  EXPECT_EQ(error_of({"explain", "CAD-99"}, 64),
            "proctor: unknown clause 'CAD-99'; `proctor list clauses` shows all\n");
  EXPECT_EQ(error_of({"judge", "/nowhere/trace"}, 3),
            "proctor: /nowhere/trace: cannot be opened: No such file or directory\n");
  EXPECT_EQ(error_of({"observe"}, 64), "proctor: observe needs either --pid PID or -- COMMAND\n");
  EXPECT_EQ(error_of({"observe", "--", "no-such-program"}, 3),
            "proctor: no-such-program: not found on PATH; install it or give its path\n");
  const std::string scenario =
      Write("bad.json", R"({"schema":"proctor-scenario/1","name":"x","tasks":[]})");
  EXPECT_EQ(error_of({"check", "/bin/true", "--scenario", scenario}, 64),
            "proctor: " + scenario + ": scenario: tasks must be 1 to 4096\n");
  EXPECT_EQ(error_of({"dance"}, 64),
            "proctor: there is no subcommand 'dance'; there are check, lint, observe, judge, "
            "replay, stress, compare, list, explain\n");
  EXPECT_EQ(error_of({}, 64),
            "proctor: a subcommand is missing; there are check, lint, observe, judge, replay, "
            "stress, compare, list, explain\n");
}

TEST(Usage, AnAdapterThatEndsAtOnceIsAnErrorWithResults) {
  const std::string folder = Folder("true");
  const CommandResult outcome =
      Proctor({"check", "/bin/true", "--clauses", "CAD-2,CAD-3", "--out", folder});
  EXPECT_EQ(outcome.status, 3) << outcome.output;
  EXPECT_EQ(VerdictsOf(ResultsOf(folder))["CAD-2.O"], "error");
  EXPECT_NE(outcome.output.find("2 error: the adapter ended with status 0 before its handshake\n"
                                "  CAD-2.O, CAD-3.O\n"),
            std::string::npos)
      << outcome.output;
}

TEST(Usage, WhatAnAdapterWroteBeforeItFailedCanBeRead) {
  const std::string adapter =
      Write("grumbler", "#!/bin/sh\necho one >&2; echo no licence >&2; exit 9\n");
  fs::permissions(adapter, fs::perms::owner_all);
  const std::string folder = Folder("grumbler.out");
  const std::string ended = "the adapter ended with status 9 before its handshake; what it wrote";
  EXPECT_NE(
      Proctor({"check", adapter, "--clauses", "CAD-2"}).output.find(ended + " last: no licence"),
      std::string::npos);
  const CommandResult kept = Proctor({"check", adapter, "--clauses", "CAD-2", "--out", folder});
  const size_t at = kept.output.find(ended + ": " + folder + "/stderr/");
  ASSERT_NE(at, std::string::npos) << kept.output;
  for (const fs::directory_entry& file : fs::directory_iterator(folder + "/stderr")) {
    EXPECT_EQ(Contents(file.path()), "one\nno licence\n");
  }
}

TEST(List, ShowsWhatThereIs) {
  EXPECT_NE(Proctor({"list", "clauses"}).output.find("STW-3"), std::string::npos);
  EXPECT_NE(Proctor({"list", "scenarios"}).output.find("lone_spinner"), std::string::npos);
  EXPECT_NE(Proctor({"list", "implementations"}).output.find("gccgo"), std::string::npos);
  EXPECT_NE(Proctor({"explain", "DEEP-9"}).output.find("deep_sleep_wake_ups"), std::string::npos);
}

}  // namespace
}  // namespace proctor
