// What runtimes and programs of the wide world have shown to be wrong with the command: each case
// stands for a kind.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/command/command_testing.h"
#include "conformance/implementations/implementation.h"
#include "conformance/process/process.h"
#include "conformance/report/results.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNaps = "conformance/command/naps_go";      // Go, and a thread of C
constexpr const char* kTicker = "conformance/command/ticker_go";  // Go
constexpr const char* kStripped = "conformance/command/ticker_go_stripped";
constexpr const char* kNapper = "conformance/command/napper";   // C
constexpr const char* kLoader = "conformance/observer/loader";  // C
constexpr const char* kLibrary = "conformance/observer/library_go.so";
constexpr const char* kSecondLibrary = "conformance/command/second_library_go.so";

bool IsMissing(const std::string& program) {
  return std::ifstream(program, std::ios::binary).peek() == EOF;
}

bool HasImplementation(const std::string& name) {
  for (const FoundImplementation& found : FindImplementations()) {
    if (found.name == name) return !found.about.starts_with("missing");
  }
  return false;
}

bool Says(const CommandResult& result, const std::string& text) {
  return result.output.find(text) != std::string::npos;
}

CommandResult ObserveCommand(const std::string& time, std::vector<std::string> command) {
  command.insert(command.begin(), {"observe", "--for", time, "--"});
  return Proctor(std::move(command));
}

CommandResult ObserveProcess(const std::string& time, std::vector<std::string> command) {
  std::string error;
  auto process = Process::Spawn({.argv = std::move(command)}, error);
  EXPECT_TRUE(process) << error;
  return Proctor({"observe", "--for", time, "--pid", std::to_string(process->pid())});
}

// A program in the scratch folder.
std::string WriteScript(const std::string& name, const std::string& text) {
  const std::string path = Write(name, "#!/bin/sh\n" + text);
  chmod(path.c_str(), 0700);
  return path;
}

// A toolchain that changes the adapter before it builds it.
std::string ChangingGo(const std::string& name, const std::string& substitution) {
  return WriteScript(name, "for f in \"$@\"; do case $f in *adapter.go) sed -i '" + substitution +
                               "' \"$f\";; esac; done\nexec go \"$@\"\n");
}

struct Napping {
  const char* how;
  const char* us;
};

class AThreadOfCThatNaps : public testing::TestWithParam<Napping> {};

TEST_P(AThreadOfCThatNaps, IsNotTakenForGosMonitor) {
  if (IsMissing(kNaps)) GTEST_SKIP() << "no go with cgo on this machine";
  const std::vector<std::string> command = {kNaps, GetParam().how, GetParam().us};
  for (const CommandResult& result :
       {ObserveCommand("700ms", command), ObserveProcess("700ms", command)}) {
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_TRUE(Says(result, "monitor: thread")) << result.output;
    EXPECT_TRUE(Says(result, " in naps_go, profile go1.")) << result.output;
    EXPECT_FALSE(Says(result, "violates")) << result.output;
  }
}

TEST_P(AThreadOfCThatNaps, IsNoMonitorWhereThereIsNoRuntime) {
  const std::vector<std::string> command = {kNapper, GetParam().how, GetParam().us};
  const bool ticks = GetParam().how != std::string("epoll") &&
                     GetParam().how != std::string("futex") &&
                     GetParam().how != std::string("poll");
  for (const CommandResult& result :
       {ObserveCommand("700ms", command), ObserveProcess("700ms", command)}) {
    EXPECT_EQ(result.status, 3) << result.output;
    EXPECT_FALSE(Says(result, "violates")) << result.output;
    EXPECT_FALSE(Says(result, "conforms")) << result.output;
    if (!ticks) continue;
    EXPECT_TRUE(Says(result, "no monitor: there is no Go runtime in process")) << result.output;
    EXPECT_TRUE(Says(result, "\nwake-ups: ")) << result.output;
    EXPECT_FALSE(Says(result, "a processor was busy")) << result.output;
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, AThreadOfCThatNaps,
                         testing::Values(Napping{"nanosleep", "500"}, Napping{"nanosleep", "10000"},
                                         Napping{"clock_nanosleep", "20"}, Napping{"futex", "1000"},
                                         Napping{"epoll", "1000"}, Napping{"timerfd", "10000"},
                                         Napping{"poll", "200"}),
                         [](const auto& info) {
                           return std::string(info.param.how) + "_" + info.param.us;
                         });

TEST(ObserveTwoRuntimes, HasAMonitorOfEach) {
  if (IsMissing(kLibrary)) GTEST_SKIP() << "no go with cgo on this machine";
  const std::vector<std::string> command = {kLoader, kLibrary, kSecondLibrary};
  for (const CommandResult& result :
       {ObserveCommand("700ms", command), ObserveProcess("700ms", command)}) {
    EXPECT_EQ(result.status, 0) << result.output;
    // Each starts its monitor in a thread of its own: either may be the first.
    EXPECT_TRUE(Says(result, "not graded: thread")) << result.output;
    EXPECT_TRUE((Says(result, " in library_go.so, profile go1.") &&
                 Says(result, "second_library_go.so\n")) ||
                (Says(result, " in second_library_go.so, profile go1.") &&
                 Says(result, "/library_go.so\n")))
        << result.output;
  }
}

TEST(ObserveALibrary, IsFoundWhereItComesLaterThanAThreadThatNaps) {
  if (IsMissing(kLibrary)) GTEST_SKIP() << "no go with cgo on this machine";
  const CommandResult result = ObserveCommand("1500ms", {kNapper, "nanosleep", "500", kLibrary});
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_TRUE(Says(result, " in library_go.so, profile go1.")) << result.output;
  EXPECT_FALSE(Says(result, "x 500 us")) << result.output;
}

TEST(ObserveAShortProgram, SaysItsVersionWhetherItsMonitorSleptOrNot) {
  if (IsMissing(kTicker)) GTEST_SKIP() << "no go toolchain on this machine";
  for (const char* program : {kTicker, kStripped, kTicker, kStripped, kTicker, kStripped}) {
    const CommandResult result = ObserveCommand("10s", {program, "0"});
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_TRUE(Says(result, ", go1.")) << result.output;
    EXPECT_TRUE(Says(result, ", profile go1.")) << result.output;
    EXPECT_FALSE(Says(result, "violates")) << result.output;
  }
}

TEST(ObserveACommand, EndsAsTheCommandDidAlsoWithoutAMonitor) {
  const CommandResult result = ObserveCommand("10s", {"/bin/sh", "-c", "exit 7"});
  EXPECT_EQ(result.status, 7) << result.output;
  EXPECT_TRUE(Says(result, "the command ended with status 7")) << result.output;
}

// Each of the services writes a file when SIGTERM comes, which takes it a moment.
TEST(ObserveACommand, AsksAllOfItToEndAndWaitsForThat) {
  if (IsMissing(kTicker)) GTEST_SKIP() << "no go toolchain on this machine";
  const std::string folder = Folder("flushed");
  fs::create_directories(folder);
  const std::string ticker = fs::absolute(kTicker);
  const auto service = [&](const std::string& file) {
    return ticker + " 50 " + folder + "/" + file;
  };
  const CommandResult result =
      ObserveCommand("1s", {"/bin/sh", "-c",
                            service("same_group") + " & setsid " + service("own_session") + " & " +
                                service("foreground") + "; true"});
  EXPECT_TRUE(Says(result, "the command was ended by SIGTERM after the time of --for\n"))
      << result.output;
  for (const char* file : {"same_group", "own_session", "foreground"}) {
    EXPECT_TRUE(fs::exists(folder + "/" + file)) << file;
  }
}

TEST(ObserveAFamily, HasARowForEachProcessAndEndsAsTheCommandDid) {
  if (IsMissing(kTicker)) GTEST_SKIP() << "no go toolchain on this machine";
  const std::string out = Folder("family");
  std::string script = "setsid " + std::string(kTicker) + " 0; (exit 4);";
  for (int i = 0; i < 4; ++i) script += std::string(kStripped) + " 0; ";
  const CommandResult result = Proctor({"observe", "--follow-children", "--for", "20s", "--out",
                                        out, "--", "/bin/sh", "-c", script + "exit 9"});
  EXPECT_EQ(result.status, 9) << result.output;
  std::istringstream lines(result.output);
  int with_runtime = 0;
  int without = 0;
  int with_status_4 = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool has_runtime = line.find("ticker_go") != std::string::npos;
    with_runtime += has_runtime;
    // What it says of the runtime does not depend on whether the monitor has slept.
    EXPECT_EQ(has_runtime, line.find(" go1.") != std::string::npos) << line;
    without += line.ends_with("  no Go runtime");
    with_status_4 += line.find("  4       no Go runtime") != std::string::npos;
  }
  EXPECT_EQ(with_runtime, 5) << result.output;
  EXPECT_GE(without, 2) << result.output;
  EXPECT_EQ(with_status_4, 1) << result.output;
  for (const auto& trace : fs::directory_iterator(out + "/traces")) {
    if (trace.path().string().ends_with(".chrome.json")) continue;
    EXPECT_NE(Proctor({"judge", trace.path()}).status, 3) << trace.path();
  }
}

TEST(ObserveAFamily, WithoutARuntimeIsNoSuccess) {
  EXPECT_EQ(Proctor({"observe", "--follow-children", "--", "/bin/true"}).status, 3);
  EXPECT_EQ(Proctor({"observe", "--follow-children", "--", "/bin/false"}).status, 1);
  const CommandResult usage = Proctor({"observe", "--follow-children", "--pid", "1"});
  EXPECT_EQ(usage.status, 64);
  EXPECT_TRUE(Says(usage, "--follow-children needs -- COMMAND")) << usage.output;
}

TEST(ObserveATimer, IsShownInLinesOfAScreensWidth) {
  if (IsMissing(kTicker)) GTEST_SKIP() << "no go toolchain on this machine";
  const CommandResult result = ObserveCommand("2s", {kTicker, "50"});
  EXPECT_TRUE(Says(result, "] x ")) << result.output;
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 200u) << line;
}

TEST(ObserveATimer, IsNamedAsWhatWakesTheMonitor) {
  if (IsMissing(kTicker)) GTEST_SKIP() << "no go toolchain on this machine";
  const CommandResult result = ObserveProcess("1500ms", {kTicker, "29"});
  EXPECT_TRUE(Says(result, "a timer fires about every ")) << result.output;
  EXPECT_TRUE(Says(result, "in short: ")) << result.output;
  EXPECT_TRUE(Says(result, "wake-ups of the whole process: ")) << result.output;
  EXPECT_TRUE(Says(result, " (ticker_go), mostly in ")) << result.output;
}

TEST(ObserveAnIdleProcess, ClaimsNoShareOfWhatTracingCosts) {
  if (IsMissing(kNaps)) GTEST_SKIP() << "no go with cgo on this machine";
  const CommandResult result = ObserveProcess("1s", {kNaps, "nanosleep", "0"});
  EXPECT_TRUE(Says(result, "CPU: the monitor took ")) << result.output;
  EXPECT_FALSE(Says(result, "100.0 %")) << result.output;
}

TEST(CheckAClause, ThatTheProfileLacksIsWrongUsage) {
  const CommandResult mutant =
      Proctor({"check", "mutant=adjusts_waiters_too_early", "--clauses", "POLL-5"});
  EXPECT_EQ(mutant.status, 64);
  EXPECT_TRUE(Says(mutant, "'POLL-5' holds in go1.22, go1.25, go1.26 only, and this is go1.20"))
      << mutant.output;
  if (!HasImplementation("gccgo")) GTEST_SKIP() << "no gccgo on this machine";
  EXPECT_EQ(Proctor({"check", "gccgo", "--clauses", "VER-2"}).status, 64);
}

// What those of the ordinary length have decided the scenarios for long slices need not.
TEST(CheckWithSlicesOf10Ms, DoesNotRunTheScenariosForLongOnes) {
  const std::string folder = Folder("slices");
  const CommandResult result =
      Proctor({"check", "reference", "--clauses", "PRE-5", "--tiers", "X", "--out", folder});
  ASSERT_TRUE(fs::exists(folder + "/scenarios/time_slices.json")) << result.output;
  const std::string ordinary = Folder("slices_ordinary");
  Proctor({"judge", folder + "/traces/time_slices.jsonl", "--out", ordinary});
  const bool decided = VerdictsOf(ResultsOf(ordinary))["PRE-5.X"] == "conforms";
  EXPECT_EQ(fs::exists(folder + "/scenarios/long_slices.json"), !decided) << result.output;
}

class CheckAGo : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasImplementation("go")) GTEST_SKIP() << "no go toolchain on this machine";
  }
};

// On a busy machine the 2 s in which a report is due are not over after 4.
constexpr const char* kTwoThatWait = R"({"schema":"proctor-scenario/1","name":"two_that_wait",
  "budget_ms":8000,"tunables":{"procs":1},"channels":[{"capacity":0}],
  "tasks":[{"ops":[{"op":"receive","channel":0}]},{"ops":[{"op":"receive","channel":0}]}],
  "ends":"deadlock"})";

TEST_F(CheckAGo, ThatNeverReportsADeadlockWasEndedByTheHarness) {
  const std::string go =
      ChangingGo("silent_go",
                 "s|^\\tcalibrate()$|\\tcalibrate(); go func() { for { time.Sleep(time.Second) } "
                 "}()|");
  const CommandResult result =
      Proctor({"check", "go=" + go, "--scenario", Write("waits.json", kTwoThatWait), "--clauses",
               "DEAD-3,ID-3", "--tiers", "X"});
  EXPECT_EQ(result.status, 1) << result.output;
  EXPECT_TRUE(Says(result, "the harness ended the process")) << result.output;
  EXPECT_FALSE(Says(result, "ended with status 2 without")) << result.output;
  EXPECT_TRUE(Says(result, "ID-3      X inconclusive")) << result.output;
}

TEST_F(CheckAGo, WithAScenarioThatNeverCameToItsDeadlockSaysSo) {
  const std::string scenario = Write("ends.json", R"({"schema":"proctor-scenario/1",
      "name":"just_ends","tasks":[{"ops":[{"op":"yield"}]}],"ends":"deadlock"})");
  const CommandResult result =
      Proctor({"check", "go", "--scenario", scenario, "--clauses", "DEAD-3", "--tiers", "X"});
  EXPECT_EQ(result.status, 2) << result.output;
  EXPECT_TRUE(Says(result, "the scenario says that it ends in a deadlock, and it just ended"))
      << result.output;
}

TEST_F(CheckAGo, WhoseTimersAreLateViolatesTime) {
  const std::string go = ChangingGo(
      "late_go",
      "s|time.Sleep(time.Duration(op.DurationNs))|time.Sleep(time.Duration(op.DurationNs)"
      " + 200*time.Millisecond)|");
  const std::string scenario = Write("sleeps.json", R"({"schema":"proctor-scenario/1",
      "name":"sleeps","tasks":[{"repeat":12,"ops":[{"op":"sleep","duration_ns":3000000}]}]})");
  const auto check = [&](const std::string& implementation) {
    return Proctor({"check", implementation, "--scenario", scenario, "--clauses", "TIME-1,TIME-3",
                    "--tiers", "X"});
  };
  const CommandResult late = check("go=" + go);
  EXPECT_EQ(late.status, 1) << late.output;
  EXPECT_TRUE(Says(late, "TIME-3 violates by tier X")) << late.output;
  EXPECT_FALSE(Says(check("go"), "violates"));
}

TEST_F(CheckAGo, ThatBuildsWithTheRaceDetectorFindsNoRaceInTheAdapter) {
  if (IsMissing(kNaps)) GTEST_SKIP() << "the race detector needs cgo";
  const std::string go =
      WriteScript("race_go",
                  "verb=$1; shift\n[ \"$verb\" = build ] && set -- -race \"$@\"\n"
                  "CGO_ENABLED=1 exec go \"$verb\" \"$@\"\n");
  const std::string scenario = Write("shared.json", R"({"schema":"proctor-scenario/1",
      "name":"shared","tunables":{"procs":2},"channels":[{"capacity":1}],"tasks":[
        {"repeat":20,"ops":[{"op":"spin","duration_ns":300000},{"op":"send","channel":0},
                            {"op":"allocate","bytes":4096},{"op":"calls","duration_ns":200000}]},
        {"repeat":20,"ops":[{"op":"work","duration_ns":300000},{"op":"receive","channel":0},
                            {"op":"allocate","bytes":4096},{"op":"block","duration_ns":200000}]},
        {"ops":[{"op":"collect"},{"op":"stamp"}]}]})");
  const CommandResult result = Proctor(
      {"check", "go=" + go, "--scenario", scenario, "--clauses", "HAND-8,CAD-2", "--tiers", "O,X"});
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_TRUE(Says(result, "HAND-8    X conforms")) << result.output;
}

// One that the machine has among its modules.
std::string FindOldGo() {
  std::string error;
  auto process =
      Process::Spawn({.argv = {"go", "env", "GOMODCACHE"}, .capture_output = true}, error);
  if (!process || process->Wait(MonotonicNowNs() + kTimeoutNs) != 0) return "";
  std::string folder = process->captured();
  while (!folder.empty() && folder.back() == '\n') folder.pop_back();
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder + "/golang.org", code)) {
    const std::string name = entry.path().filename();
    for (const char* version : {"-go1.13", "-go1.14", "-go1.15", "-go1.16", "-go1.17"}) {
      if (name.find(version) != std::string::npos) return entry.path() / "bin/go";
    }
  }
  return "";
}

TEST_F(CheckAGo, OfBefore118IsGraded) {
  const char* given = std::getenv("OLD_GO");
  const std::string go = given != nullptr ? given : FindOldGo();
  if (go.empty()) GTEST_SKIP() << "no Go 1.13 to 1.17 on this machine; OLD_GO may name one";
  const CommandResult result =
      Proctor({"check", "go=" + go, "--scenario", "idle", "--clauses", "CAD-2", "--tiers", "O"});
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_TRUE(Says(result, "CAD-2     O conforms")) << result.output;
  // Of what came later it is not accused.
  EXPECT_FALSE(
      Says(Proctor({"check", "go=" + go, "--scenario", "timers", "--tiers", "O"}), "violates"));
}

}  // namespace
}  // namespace proctor
