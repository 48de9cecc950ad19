// The driver against adapters that misbehave in every way, and one that does not.

#include "conformance/adapter/driver.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr const char* kHello =
    R"(echo '{"schema":"proctor-adapter/1","name":"fake","version":"1",)"
    R"("operations":["yield","wait","receive"],"settable":["procs"],"in_force":{"procs":3}}' >&4;)"
    "read line <&3;";

// The time that events must bear, as the shell knows it: to a hundredth of a second, rounded
// down, but not before the process's start.
constexpr const char* kNow = "sleep 0.05; now=$(cut -d' ' -f1 /proc/uptime | tr -d .)0000000;";
constexpr const char* kStart = R"(echo "{\"t\":$now,\"e\":\"scenario_start\"}" >&4;)";
// The stamps of the one task of Sample.
constexpr const char* kTask = R"(echo "{\"t\":$now,\"e\":\"task_spawn\",\"task\":1}" >&4;)"
                              R"(echo "{\"t\":$now,\"e\":\"task_start\",\"g\":1}" >&4;)"
                              R"(o="\"g\":1,\"op\":\"yield\",\"index\":0";)"
                              R"(echo "{\"t\":$now,\"e\":\"op_begin\",$o,\"duration_ns\":0}" >&4;)"
                              R"(echo "{\"t\":$now,\"e\":\"op_end\",$o}" >&4;)"
                              R"(echo "{\"t\":$now,\"e\":\"task_end\",\"g\":1}" >&4;)";
constexpr const char* kEnd = R"(echo "{\"t\":$now,\"e\":\"scenario_end\"}" >&4;)";
constexpr const char* kBye = "echo '{\"done\":{}}' >&4; read line <&3; exit 0";

Scenario Sample() {
  Scenario scenario;
  scenario.name = "sample";
  scenario.budget_ms = 20'000;
  scenario.tasks = {{.ops = {{.op = Op::kYield}}}};
  return scenario;
}

// The processes that have `entry` in their environment and still run.
std::vector<std::string> ProcessesWith(const std::string& entry) {
  std::vector<std::string> found;
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(process.path() / "environ", std::ios::binary);
    const std::string environment{std::istreambuf_iterator<char>(file), {}};
    if (environment.find(entry) != std::string::npos) found.push_back(process.path().filename());
  }
  return found;
}

// A killed process takes a moment to go.
void ExpectNoneLeft(const std::string& entry) {
  const int64_t deadline_ns = MonotonicNowNs() + 30'000'000'000;
  std::vector<std::string> left;
  while (!(left = ProcessesWith(entry)).empty() && MonotonicNowNs() < deadline_ns) sched_yield();
  EXPECT_EQ(left, std::vector<std::string>());
}

Run Perform(const std::string& script, const Scenario& scenario = Sample(), bool trace = false,
            int64_t exit_ms = 20'000) {
  static int number = 0;
  const std::string mark =
      "PROCTOR_TEST_MARK=" + std::to_string(getpid()) + "." + std::to_string(++number) + ".";
  Run run = RunScenario({.argv = {"/bin/sh", "-c", script},
                         .set_env = {mark},
                         .observe = false,
                         .trace = trace,
                         .handshake_ms = 20'000,
                         .exit_ms = exit_ms},
                        scenario);
  ExpectNoneLeft(mark);
  return run;
}

int64_t Count(const Run& run, EventKind kind) {
  return std::ranges::count_if(run.events, [&](const Event& event) { return event.kind == kind; });
}

TEST(Driver, BringsBackEventsInOrder) {
  const auto run =
      Perform(std::string(kHello) + kNow + kStart + kTask + kEnd +
              R"(echo '{"done":{"in_force":{"procs":2}}}' >&4; read line <&3; exit 0)");
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(run.handshake.name, "fake");
  EXPECT_EQ(run.handshake.in_force.procs, 3);
  EXPECT_EQ(run.header.in_force.procs, 2);
  EXPECT_EQ(Count(run, EventKind::kScenarioStart), 1);
  EXPECT_EQ(Count(run, EventKind::kProcessExit), 1);
  EXPECT_TRUE(std::ranges::is_sorted(run.events, {}, &Event::time_ns));
}

TEST(Driver, CollectionsMayBeToldLate) {
  const auto run =
      Perform(std::string(kHello) + kNow + kStart + kTask + kEnd +
              R"(echo "{\"t\":$((now-10000000)),\"e\":\"collection\",\"count\":7}" >&4;)" + kBye);
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  const auto collection = std::ranges::find(run.events, EventKind::kCollection, &Event::kind);
  ASSERT_NE(collection, run.events.end());
  EXPECT_EQ(collection->Get(Arg::kCount), 7);
  EXPECT_TRUE(std::ranges::is_sorted(run.events, {}, &Event::time_ns));
}

TEST(Driver, MakesDescriptorsReady) {
  Scenario scenario = Sample();
  scenario.descriptors = 1;
  scenario.outside = {{.at_ns = 1, .kind = OutsideKind::kReady, .every_ns = 1000, .times = 3}};
  const auto run = Perform(
      std::string(kHello) + kNow + kStart + "head -c 3 /proc/self/fd/10 >&2;" + kTask + kEnd + kBye,
      scenario);
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(Count(run, EventKind::kDescriptorReady), 3);
  EXPECT_EQ(run.standard_error, "rrr");
}

TEST(Driver, StopsAndContinuesTheProcess) {
  Scenario scenario = Sample();
  scenario.outside = {{.at_ns = 1, .kind = OutsideKind::kStop},
                      {.at_ns = 2, .kind = OutsideKind::kContinue}};
  const auto run =
      Perform(std::string(kHello) + "trap continued=1 CONT;" + kNow + kStart +
                  "while [ -z \"$continued\" ]; do sleep 0.01; done;" + kTask + kEnd + kBye,
              scenario);
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  const auto stopped = std::ranges::find(run.events, EventKind::kStopped, &Event::kind);
  ASSERT_NE(stopped, run.events.end());
  EXPECT_TRUE(std::any_of(stopped, run.events.end(),
                          [](const Event& event) { return event.kind == EventKind::kContinued; }));
}

TEST(Driver, KeepsTheStacksOfAHang) {
  Scenario scenario = Sample();
  scenario.budget_ms = 300;
  const auto run = Perform(
      std::string("trap 'echo stacks >&2; exit 3' QUIT;") + kHello + "sleep 1000 & wait", scenario);
  EXPECT_EQ(run.outcome, Outcome::kTimeout) << run.message;
  EXPECT_EQ(run.standard_error, "stacks\n");
}

TEST(Driver, ADeadlockThatWasMeantIsDone) {
  Scenario scenario = Sample();
  scenario.ending = Ending::kDeadlock;
  const auto run = Perform(std::string(kHello) + "echo 'fatal: deadlock!' >&2; exit 2", scenario);
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(Count(run, EventKind::kDeadlockReport), 1);
  const auto quiet = Perform(std::string(kHello) + "exit 2", scenario);
  EXPECT_EQ(quiet.outcome, Outcome::kCrash);
}

TEST(Driver, ADeadlockThatIsNotReportedIsEndedByTheHarnessWhichIsSaid) {
  Scenario scenario = Sample();
  scenario.ending = Ending::kDeadlock;
  scenario.budget_ms = 300;
  // What it prints when it is told to dump its stacks is no report.
  const auto run = Perform(std::string("trap 'echo deadlock >&2; exit 2' QUIT;") + kHello + kNow +
                               kStart + "sleep 1000 & wait",
                           scenario);
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(Count(run, EventKind::kDeadlockReport), 0);
  ASSERT_EQ(Count(run, EventKind::kProcessExit), 1);
  const auto end = std::ranges::find(run.events, EventKind::kProcessExit, &Event::kind);
  EXPECT_EQ(end->Get(Arg::kStatus), -1);
}

TEST(Driver, ADeadlockThatDoesNotComeIsNoted) {
  Scenario scenario = Sample();
  scenario.ending = Ending::kDeadlock;
  const auto run = Perform(std::string(kHello) + kNow + kStart + kTask + kEnd + kBye, scenario);
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(run.note, "the scenario says that it ends in a deadlock, and it just ended");
  EXPECT_EQ(Perform(std::string(kHello) + kNow + kStart + kTask + kEnd + kBye).note, "");
}

// All tasks of this one wait for each other.
Scenario Entangled() {
  Scenario scenario = Sample();
  scenario.channels = {{}};
  scenario.tasks[0].ops[0] = {.op = Op::kReceive};
  return scenario;
}
constexpr const char* kReceives =
    R"(echo "{\"t\":$now,\"e\":\"task_spawn\",\"task\":1}" >&4;)"
    R"(echo "{\"t\":$now,\"e\":\"task_start\",\"g\":1}" >&4;)"
    R"(o="\"g\":1,\"op\":\"receive\",\"index\":0";)"
    R"(echo "{\"t\":$now,\"e\":\"op_begin\",$o,\"duration_ns\":0}" >&4;)";
constexpr const char* kReports = "echo 'fatal error: Deadlock!' >&2; exit 2";

TEST(Driver, ADeadlockThatIsTheScenariosOwnIsItsAuthorsError) {
  const auto run = Perform(std::string(kHello) + kNow + kStart + kReceives + kReports, Entangled());
  EXPECT_EQ(run.outcome, Outcome::kError);
  EXPECT_EQ(run.message,
            "the scenario ends in a deadlock: all 1 tasks that are left wait for each other; if "
            "that is meant, say \"ends\":\"deadlock\" in it");
}

TEST(Driver, TheWordDeadlockOfWhoComesToItsEndIsNoReport) {
  const auto run = Perform(
      std::string(kHello) + "echo 'no deadlock here' >&2;" + kNow + kStart + kTask + kEnd + kBye,
      Sample());
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(std::ranges::count(run.events, EventKind::kDeadlockReport, &Event::kind), 0);
}

TEST(Driver, ADeadlockReportOverATaskThatCanGoOnIsEvidence) {
  Scenario scenario = Entangled();
  scenario.tasks.push_back({.ops = {{.op = Op::kYield}}});
  const std::string spawned = R"(echo "{\"t\":$now,\"e\":\"task_spawn\",\"task\":2}" >&4;)";
  for (const Ending ending : {Ending::kDone, Ending::kDeadlock}) {
    scenario.ending = ending;
    const auto run =
        Perform(std::string(kHello) + kNow + kStart + kReceives + spawned + kReports, scenario);
    EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
    const auto event = std::ranges::find(run.events, EventKind::kCanGoOn, &Event::kind);
    ASSERT_NE(event, run.events.end());
    EXPECT_EQ(event->g, 2);
    EXPECT_EQ((event - 1)->kind, EventKind::kDeadlockReport);
    EXPECT_EQ(run.note,
              ending == Ending::kDone ? "the runtime reported: fatal error: Deadlock!" : "");
  }
}

TEST(Driver, WhatWasInForceMustBeWhatWasAsked) {
  Scenario scenario = Sample();
  scenario.tunables["procs"] = 1;
  const auto run = Perform(std::string(kHello) + kNow + kStart + kTask + kEnd +
                               R"(echo '{"done":{"in_force":{"procs":7}}}' >&4; read line <&3)",
                           scenario);
  EXPECT_EQ(run.outcome, Outcome::kError);
  EXPECT_EQ(run.message, "procs 1 was asked for, and by the adapter's `done` 7 was in force");
}

TEST(Driver, WhoIsOnlyGreetedGetsNoScenario) {
  const std::string hello = kHello;
  const std::string script = hello.substr(0, hello.find("read line")) +
                             "read line <&3 && echo 'a scenario came' >&2; exit 0";
  const auto run = RunScenario(
      {.argv = {"/bin/sh", "-c", script}, .observe = false, .greet_only = true}, Sample());
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_TRUE(run.greeted);
  EXPECT_EQ(run.handshake.name, "fake");
  EXPECT_EQ(run.standard_error, "");
}

TEST(Driver, AScenarioMayComeInPiecesWithAMemberThatNobodyKnows) {
  const std::string script =
      std::string(kHello) + "echo \"$line\" >&2;" + kNow + kStart + kTask + kEnd + kBye;
  const auto run = RunScenario(
      {.argv = {"/bin/sh", "-c", script}, .observe = false, .hard_to_read = true}, Sample());
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_TRUE(run.standard_error.ends_with(R"(,"unknown":{"to":["adapters"]}})"
                                           "\n"))
      << run.standard_error;
}

TEST(Driver, WhatIsDeclaredAbsentStandsInTheEvidence) {
  constexpr const char* kModest =
      R"(echo '{"schema":"proctor-adapter/1","name":"fake","version":"1","operations":["yield"],)"
      R"("settable":[],"preemption":"none"}' >&4; read line <&3;)";
  const auto run = Perform(std::string(kModest) + kNow + kStart + kTask + kEnd + kBye);
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(run.header.promises.preemption, PreemptionKind::kNone);
}

TEST(Driver, WhatAnAdapterCannotDoIsUnsupported) {
  Scenario scenario = Sample();
  scenario.tunables["gc_percent"] = 1;
  auto run = Perform(kHello, scenario);
  EXPECT_EQ(run.outcome, Outcome::kUnsupported);
  EXPECT_EQ(run.message, "fake 1 cannot set gc_percent: it is 100");
  scenario = Sample();
  scenario.tasks[0].ops[0] = {.op = Op::kSpin, .duration_ns = 1};
  run = Perform(kHello, scenario);
  EXPECT_EQ(run.outcome, Outcome::kUnsupported);
  EXPECT_EQ(run.message, "fake 1 has no operation spin");
}

constexpr const char* kTracingHello =
    R"(echo '{"schema":"proctor-adapter/1","name":"fake","version":"1","operations":["yield"],"settable":[],)"
    R"("emits":["lock","unlock"]}' >&4; read line <&3;)";
constexpr const char* kTraced =
    R"(echo "{\"t\":$now,\"e\":\"lock\",\"m\":0,\"lock\":\"sched\"}" >&4;)";

TEST(Driver, KeepsARuntimesTraceApart) {
  const std::string script = std::string(kTracingHello) + kNow +
                             "[ \"$PROCTOR_TRACE\" = 1 ] || exit 9;" + kStart + kTraced + kTask +
                             kEnd + kBye;
  const auto run = Perform(script, Sample(), true);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(run.header.tiers, kX);
  EXPECT_EQ(Count(run, EventKind::kLock), 0);
  EXPECT_EQ(Count(run, EventKind::kScenarioStart), 1);
  EXPECT_EQ(run.trace_header.tiers, kT);
  EXPECT_TRUE(run.trace_header.emits[static_cast<size_t>(EventKind::kUnlock)]);
  std::vector<EventKind> kinds;
  for (const Event& event : run.trace) {
    if (event.kind != EventKind::kStall) kinds.push_back(event.kind);
  }
  EXPECT_EQ(kinds, (std::vector<EventKind>{EventKind::kProcessStart, EventKind::kLock,
                                           EventKind::kProcessExit}));
}

TEST(Driver, TakesATraceOnlyWhereItAskedForOneAndInOrder) {
  auto run = Perform(std::string(kTracingHello) + kNow + kStart + kTraced + kBye);
  EXPECT_EQ(run.outcome, Outcome::kError);
  EXPECT_EQ(run.message, "an adapter may not make the event 'lock'");
  run = Perform(
      std::string(kTracingHello) + kNow + kTraced + "now=$((now-10000000));" + kTraced + kBye,
      Sample(), true);
  EXPECT_EQ(run.outcome, Outcome::kError);
  EXPECT_EQ(run.message.substr(0, 47), "the times of the adapter's trace go backwards: ");
}

struct Misbehaviour {
  const char* name;
  std::string script;
  Outcome outcome;
  std::string message;
};

class DriverOn : public testing::TestWithParam<Misbehaviour> {};

TEST_P(DriverOn, SaysInOneLineWhatIsWrong) {
  Scenario scenario = Sample();
  if (GetParam().outcome == Outcome::kTimeout) scenario.budget_ms = 300;
  // A process that never ends is not waited for without end.
  const bool stays = GetParam().script.ends_with("sleep 1000");
  const auto run = Perform(GetParam().script, scenario, false, stays ? 100 : 20'000);
  EXPECT_EQ(run.outcome, GetParam().outcome) << run.message;
  EXPECT_EQ(run.message.substr(0, GetParam().message.size()), GetParam().message);
  EXPECT_EQ(run.message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, DriverOn,
    testing::Values(
        Misbehaviour{
            "NotJson", "echo hello >&4; read line <&3", Outcome::kError,
            "the adapter cannot be understood: handshake: not JSON from line 1, column 1 on in "
            "its line: hello"},
        Misbehaviour{
            "OtherVersion", R"(echo '{"schema":"proctor-adapter/9"}' >&4; read line <&3)",
            Outcome::kError,
            "the adapter cannot be understood: handshake: schema 'proctor-adapter/9' is not"},
        Misbehaviour{"ExitsAtOnce", "exit 5", Outcome::kError,
                     "the adapter ended with status 5 before its handshake"},
        Misbehaviour{"ExitsInTheMiddle", std::string(kHello) + "exit 5", Outcome::kCrash,
                     "the process ended with status 5 in the middle of the scenario"},
        Misbehaviour{"IsKilled", std::string(kHello) + "kill -9 $$", Outcome::kCrash,
                     "the process was killed by signal 9 in the middle of the scenario"},
        Misbehaviour{"IsSilent", std::string(kHello) + "sleep 1000", Outcome::kTimeout,
                     "the scenario did not end within its 300 ms"},
        Misbehaviour{"NeverBreaksItsLine", std::string(kHello) + "yes | tr -d '\\n' >&4",
                     Outcome::kError, "the adapter wrote a line of more than 1048576 bytes"},
        Misbehaviour{"NeverEnds",
                     std::string(kHello) + kNow +
                         R"(yes "{\"t\":$now,\"e\":\"collection\",\"count\":1}" >&4)",
                     Outcome::kTimeout, "the scenario did not end within its 300 ms"},
        Misbehaviour{"WritesNulBytes", std::string(kHello) + "printf '\\000\\n' >&4; read line <&3",
                     Outcome::kError,
                     "the adapter cannot be understood: expected '{', found byte 0x00"},
        Misbehaviour{
            "GoesBackInTime",
            std::string(kHello) + kNow + kStart +
                R"(echo "{\"t\":$((now-10000000)),\"e\":\"scenario_end\"}" >&4; read line <&3)",
            Outcome::kError, "the adapter's times go backwards"},
        Misbehaviour{"StartsTwice", std::string(kHello) + kNow + kStart + kStart + "read line <&3",
                     Outcome::kError, "the adapter started its scenario twice"},
        Misbehaviour{"SpeaksForTheHarness",
                     std::string(kHello) + R"(echo '{"t":1,"e":"stopped"}' >&4; read line <&3)",
                     Outcome::kError, "an adapter may not make the event 'stopped'"},
        Misbehaviour{"ClosesItsOutput", std::string(kHello) + "exec 4>&-; sleep 1000",
                     Outcome::kError, "the adapter closed its descriptor 4"},
        Misbehaviour{"EndsBadlyAfterTheScenario",
                     std::string(kHello) + R"(echo '{"done":{}}' >&4; read line <&3; exit 5)",
                     Outcome::kCrash, "the process ended with status 5 after the scenario"},
        Misbehaviour{"NeverEndsItsHandshake", "yes | tr -d '\\n' >&4", Outcome::kError,
                     "the adapter wrote a line of more than 1048576 bytes"},
        Misbehaviour{
            "HasItsOwnClock",
            std::string(kHello) + R"(echo '{"t":1,"e":"scenario_end"}' >&4; read line <&3)",
            Outcome::kError, "the adapter's times are not those of CLOCK_MONOTONIC"},
        Misbehaviour{"MakesUpEvents",
                     std::string(kHello) + R"(echo '{"t":1,"e":"party"}' >&4; read line <&3)",
                     Outcome::kError, "the adapter cannot be understood: unknown event 'party'"},
        Misbehaviour{"SaysTheEndTwice",
                     std::string(kHello) +
                         R"(echo '{"done":{}}' >&4; echo '{"done":{}}' >&4; read line <&3; exit 0)",
                     Outcome::kError, "the adapter went on after the end of the scenario"},
        Misbehaviour{"DoesNothing", std::string(kHello) + kBye, Outcome::kError,
                     "the run does not match its scenario: scenario_start is missing"},
        Misbehaviour{"RunsNoTask", std::string(kHello) + kNow + kStart + kEnd + kBye,
                     Outcome::kError,
                     "the run does not match its scenario: tasks[0] starts at the beginning, and "
                     "has no task_spawn"},
        Misbehaviour{"RunsATaskTwice",
                     std::string(kHello) + kNow + kStart + kTask + kTask + kEnd + kBye,
                     Outcome::kError, "the run does not match its scenario: "},
        Misbehaviour{"GoesOnAfterTheEnd",
                     std::string(kHello) + R"(echo '{"done":{}}' >&4; read line <&3; sleep 1000)",
                     Outcome::kError, "the adapter did not exit at the end of its input"}),
    [](const auto& info) { return info.param.name; });

TEST(Driver, NamesAMissingAdapter) {
  const auto run = RunScenario({.argv = {"/nowhere/adapter"}, .observe = false}, Sample());
  EXPECT_EQ(run.outcome, Outcome::kError) << run.message;
  EXPECT_EQ(run.message, "/nowhere/adapter: cannot be started: No such file or directory");
}

TEST(Driver, ASilentAdapterIsGivenUp) {
  const auto run = RunScenario(
      {.argv = {"/bin/sleep", "1000"}, .observe = false, .handshake_ms = 100}, Sample());
  EXPECT_EQ(run.outcome, Outcome::kError);
  EXPECT_EQ(run.message, "the adapter sent no handshake within 100 ms");
}

TEST(Driver, AStopEndsTheRunAtOnceAndKeepsWhatWasGathered) {
  StopRequest stop;
  const std::string ready = testing::TempDir() + "/ready";
  std::remove(ready.c_str());
  std::thread other([&] {
    while (access(ready.c_str(), F_OK) != 0) std::this_thread::yield();
    stop.Make();
  });
  const std::string script =
      std::string(kHello) + kNow + kStart + "touch " + ready + "; sleep 1000";
  const auto run =
      RunScenario({.argv = {"/bin/sh", "-c", script}, .observe = false, .stop = &stop}, Sample());
  other.join();
  EXPECT_EQ(run.outcome, Outcome::kStopped);
  EXPECT_EQ(run.message, "interrupted while its scenario ran");
  EXPECT_EQ(Count(run, EventKind::kScenarioStart), 1);
  EXPECT_EQ(Count(run, EventKind::kProcessExit), 0) << "its end is none of its own doing";
  // One that was made before needs no process to say something.
  const auto at_once =
      RunScenario({.argv = {"/bin/sleep", "1000"}, .observe = false, .stop = &stop}, Sample());
  EXPECT_EQ(at_once.outcome, Outcome::kStopped);
}

TEST(Driver, WhatAnAdapterCannotSetIsAskedForAsItIs) {
  constexpr const char* kCooperative =
      R"(echo '{"schema":"proctor-adapter/1","name":"fake","version":"1","operations":["yield"],)"
      R"("settable":["procs"],"in_force":{"procs":3,"asynchronous_preemption":0}}' >&4; read line <&3;)";
  Scenario scenario = Sample();
  scenario.tunables["procs"] = 2;
  const auto run = Perform(std::string(kCooperative) + kNow + kStart + kTask + kEnd +
                               R"(echo '{"done":{"in_force":{"procs":2}}}' >&4;)"
                               "read line <&3; exit 0",
                           scenario);
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(run.header.asked.procs, 2);
  EXPECT_EQ(run.header.asked.asynchronous_preemption, 0);
}

TEST(Driver, LeavesNoProcessBehind) {
  // Perform looks for what is left.
  EXPECT_EQ(Perform("sleep 1000 & exit 3").outcome, Outcome::kError);
  EXPECT_EQ(
      Perform(std::string(kHello) + "sleep 1000 &" + kNow + kStart + kTask + kEnd + kBye).outcome,
      Outcome::kDone);
}

}  // namespace
}  // namespace proctor
