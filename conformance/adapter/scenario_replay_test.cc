#include "conformance/adapter/scenario_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <string>

#include "conformance/evidence/trace.h"
#include "conformance/scenario/operations.h"

namespace proctor {
namespace {

using testing::HasSubstr;

// Two tasks over a channel, one of which spawns a third.
Scenario Sample() {
  return {.name = "sample",
          .channels = {{.capacity = 0}},
          .tasks = {
              {.ops = {{.op = Op::kSpawn, .task = 2}, {.op = Op::kSend}}, .repeat = 2},
              {.ops = {{.op = Op::kReceive}}, .repeat = 2},
              {.ops = {{.op = Op::kBlock, .duration_ns = 5}, {.op = Op::kStamp}}, .start = false}}};
}

constexpr const char* kRight = R"({"t":1,"e":"scenario_start"}
{"t":2,"e":"task_spawn","task":1}
{"t":3,"e":"task_spawn","task":2}
{"t":4,"e":"task_start","g":1}
{"t":5,"e":"op_begin","g":1,"op":"spawn","index":0,"duration_ns":0}
{"t":6,"e":"task_spawn","g":1,"task":3}
{"t":7,"e":"op_end","g":1,"op":"spawn","index":0}
{"t":8,"e":"op_begin","g":1,"op":"send","index":1,"duration_ns":0}
{"t":9,"e":"task_start","g":2}
{"t":10,"e":"op_begin","g":2,"op":"receive","index":0,"duration_ns":0}
{"t":11,"e":"op_end","g":2,"op":"receive","index":0}
{"t":12,"e":"op_begin","g":2,"op":"receive","index":0,"duration_ns":0}
{"t":13,"e":"task_start","g":3}
{"t":14,"e":"op_begin","g":3,"op":"block","index":0,"duration_ns":5}
{"t":19,"e":"op_end","g":3,"op":"block","index":0}
{"t":20,"e":"op_begin","g":3,"op":"stamp","index":1,"duration_ns":0}
{"t":21,"e":"cpu_time","g":3,"cpu_ns":4}
{"t":22,"e":"op_end","g":3,"op":"stamp","index":1}
{"t":23,"e":"task_end","g":3}
{"t":24,"e":"op_end","g":1,"op":"send","index":1}
{"t":25,"e":"op_begin","g":1,"op":"spawn","index":0,"duration_ns":0}
{"t":26,"e":"task_spawn","g":1,"task":4}
{"t":27,"e":"op_end","g":1,"op":"spawn","index":0}
{"t":28,"e":"op_begin","g":1,"op":"send","index":1,"duration_ns":0}
{"t":29,"e":"op_end","g":1,"op":"send","index":1}
{"t":30,"e":"task_end","g":1}
{"t":31,"e":"op_end","g":2,"op":"receive","index":0}
{"t":32,"e":"task_end","g":2}
{"t":33,"e":"task_start","g":4}
{"t":34,"e":"op_begin","g":4,"op":"block","index":0,"duration_ns":5}
{"t":39,"e":"op_end","g":4,"op":"block","index":0}
{"t":40,"e":"op_begin","g":4,"op":"stamp","index":1,"duration_ns":0}
{"t":41,"e":"cpu_time","g":4,"cpu_ns":9}
{"t":42,"e":"op_end","g":4,"op":"stamp","index":1}
{"t":43,"e":"task_end","g":4}
{"t":44,"e":"scenario_end"}
)";

std::vector<Event> Read(const std::string& text) {
  std::vector<Event> events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string error;
    const std::optional<Event> event = ParseEvent(line, error);
    EXPECT_TRUE(event) << line << ": " << error;
    if (event) events.push_back(*event);
  }
  return events;
}

std::string MismatchOf(const std::string& text, bool whole = true) {
  const std::string mismatch = FindMismatch(Sample(), Read(text), whole);
  constexpr std::string_view kBegin = "the run does not match its scenario: ";
  if (mismatch.empty()) return "";
  EXPECT_TRUE(mismatch.starts_with(kBegin)) << mismatch;
  return mismatch.substr(kBegin.size());
}

// The right run with one edit.
std::string Edited(const std::string& old_text, const std::string& new_text) {
  std::string text = kRight;
  const size_t at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return text.replace(at, old_text.size(), new_text);
}

std::string Without(const std::string& part) {
  const std::string text = kRight;
  const size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  const size_t begin = text.rfind('\n', at) + 1;
  return text.substr(0, begin) + text.substr(text.find('\n', at) + 1);
}

TEST(ScenarioReplay, TheRightRunMatches) {
  EXPECT_EQ(MismatchOf(kRight), "");
  EXPECT_EQ(FindMismatch(Sample(), {}, false), "");
}

TEST(ScenarioReplay, AnyBeginningOfTheRightRunMatchesAsFarAsItGoes) {
  const std::vector<Event> events = Read(kRight);
  for (size_t n = 0; n < events.size(); ++n) {
    const std::span<const Event> some(events.data(), n);
    EXPECT_EQ(FindMismatch(Sample(), some, false), "") << n;
    EXPECT_NE(FindMismatch(Sample(), some, true), "") << n;
  }
}

TEST(ScenarioReplay, DoingNothingIsNoMatch) {
  EXPECT_EQ(FindMismatch(Sample(), {}, true),
            "the run does not match its scenario: scenario_start is missing");
  EXPECT_EQ(MismatchOf("{\"t\":1,\"e\":\"scenario_start\"}\n{\"t\":2,\"e\":\"scenario_end\"}\n"),
            "tasks[0] starts at the beginning, and has no task_spawn");
}

TEST(ScenarioReplay, NoStampMayBeMissing) {
  // Each line in its turn, by its time: unique in the text.
  for (const Event& event : Read(kRight)) {
    EXPECT_NE(MismatchOf(Without("{\"t\":" + std::to_string(event.time_ns) + ",")), "")
        << Describe(event);
  }
}

TEST(ScenarioReplay, NamesTheStampAndWhatWasDue) {
  EXPECT_EQ(MismatchOf(Edited(R"("op":"send","index":1,"duration_ns":0)",
                              R"("op":"send","index":0,"duration_ns":0)")),
            "task 1 (tasks[0]): 0.000000008 s g1 op_begin op=send index=0 duration_ns=0, where "
            "op_begin of send 1 (repeat 1 of 2) was due");
  EXPECT_EQ(MismatchOf(Edited(R"("duration_ns":5)", R"("duration_ns":6)")),
            "task 3 (tasks[2]): 0.000000014 s g3 op_begin op=block index=0 duration_ns=6, where "
            "duration_ns=5 is asked for");
  EXPECT_EQ(MismatchOf(Edited(R"({"t":19,)", R"({"t":18,)")),
            "task 3 (tasks[2]): 0.000000018 s g3 op_end op=block index=0, after 4 ns, where it "
            "lasts 5 ns at least");
  EXPECT_EQ(MismatchOf(Without(R"("cpu_ns":4)")),
            "task 3 (tasks[2]): 0.000000022 s g3 op_end op=stamp index=1, where cpu_time of stamp "
            "1 (repeat 1 of 1) was due");
  EXPECT_EQ(MismatchOf(Without(R"({"t":32,"e":"task_end")")),
            "task 2 (tasks[1]): task_end is missing");
  EXPECT_EQ(MismatchOf(
                Edited(R"({"t":33,"e":"task_start","g":4})", R"({"t":33,"e":"task_start","g":9})")),
            "task 4 (tasks[2]): 0.000000034 s g4 op_begin op=block index=0 duration_ns=5, where "
            "task_start was due");
  EXPECT_EQ(MismatchOf(std::string(kRight).insert(std::string(kRight).find("{\"t\":44"),
                                                  "{\"t\":43,\"e\":\"task_start\",\"g\":9}\n")),
            "0.000000043 s g9 task_start: no task_spawn has given the number 9");
  EXPECT_EQ(MismatchOf(Edited(R"("g":1,"task":4)", R"("g":1,"task":3)")),
            "0.000000026 s g1 task_spawn task=3: the number 3 was given before");
  EXPECT_EQ(MismatchOf(Edited(R"({"t":3,"e":"task_spawn","task":2})",
                              R"({"t":10,"e":"task_spawn","task":2})")),
            "0.000000009 s g2 task_start comes before the task_spawn of task 2 (tasks[1])");
  EXPECT_EQ(MismatchOf(Edited(R"({"t":44,)", R"({"t":42,)")),
            "0.000000043 s g4 task_end comes after scenario_end");
}

TEST(ScenarioReplay, WhatIsReceivedWasSent) {
  const std::string early = Edited(R"({"t":8,"e":"op_begin")", R"({"t":15,"e":"op_begin")");
  EXPECT_EQ(MismatchOf(early),
            "receives from channels[0]: 1 had ended at 11 ns after 0 of the other side");
  const std::string alone = Edited(R"({"t":24,)", R"({"t":9,)");
  EXPECT_EQ(MismatchOf(alone),
            "sends to channels[0], which holds 0: 1 had ended at 9 ns after 0 of the other side");
}

TEST(ScenarioReplay, WaitsEndWithABytePerDescriptor) {
  const Scenario scenario{.descriptors = 1, .tasks = {{.ops = {{.op = Op::kWait}}}}};
  const auto run = [&](const char* ready) {
    return FindMismatch(scenario, Read(std::string(R"({"t":1,"e":"scenario_start"}
{"t":1,"e":"task_spawn","task":1}
{"t":2,"e":"task_start","g":1}
{"t":3,"e":"op_begin","g":1,"op":"wait","index":0,"duration_ns":0}
)") + ready + R"({"t":5,"e":"op_end","g":1,"op":"wait","index":0}
{"t":6,"e":"task_end","g":1}
{"t":7,"e":"scenario_end"}
)"),
                        true);
  };
  EXPECT_EQ(run("{\"t\":4,\"e\":\"descriptor_ready\",\"descriptor\":0}\n"), "");
  EXPECT_EQ(run(""),
            "the run does not match its scenario: waits for descriptor 0: 1 had ended at 5 ns "
            "after 0 of the other side");
}

// The first `n` events of the right run.
Standstill StandAfter(size_t n) {
  std::vector<Event> events = Read(kRight);
  events.resize(n);
  return StandstillOf(Sample(), events);
}

TEST(ScenarioReplay, KnowsWhoCanGoOn) {
  // Task 1 sends, task 2 has not started.
  const Standstill before = StandAfter(8);
  EXPECT_EQ(before.can_go_on, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(before.for_each_other, 1);
  // Task 2 has received what task 1 sent, and waits again; task 1 was not told.
  const Standstill lost = StandAfter(12);
  EXPECT_EQ(lost.can_go_on, (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(lost.for_each_other, 1);
  const Standstill end = StandAfter(Read(kRight).size());
  EXPECT_TRUE(end.can_go_on.empty());
  EXPECT_EQ(end.for_each_other, 0);
}

TEST(ScenarioReplay, TasksThatWaitForEachOtherStay) {
  const Scenario scenario{.channels = {{}, {}},
                          .tasks = {{.ops = {{.op = Op::kReceive, .channel = 0}}},
                                    {.ops = {{.op = Op::kReceive, .channel = 1}}},
                                    {.ops = {{.op = Op::kSleep, .duration_ns = 9}}}}};
  const Standstill stand = StandstillOf(scenario, Read(R"({"t":1,"e":"scenario_start"}
{"t":1,"e":"task_spawn","task":1}
{"t":1,"e":"task_spawn","task":2}
{"t":1,"e":"task_spawn","task":3}
{"t":2,"e":"task_start","g":1}
{"t":3,"e":"op_begin","g":1,"op":"receive","index":0,"duration_ns":0}
{"t":4,"e":"task_start","g":2}
{"t":5,"e":"op_begin","g":2,"op":"receive","index":0,"duration_ns":0}
{"t":6,"e":"task_start","g":3}
{"t":7,"e":"op_begin","g":3,"op":"sleep","index":0,"duration_ns":9}
)"));
  EXPECT_TRUE(stand.can_go_on.empty());
  EXPECT_EQ(stand.for_each_other, 2);
  EXPECT_EQ(stand.for_others, 1);
}

// A task that sets a timer, resets it and changes procs.
constexpr const char* kTimers = R"({"t":1,"e":"scenario_start"}
{"t":2,"e":"task_spawn","task":1}
{"t":3,"e":"task_start","g":1}
{"t":4,"e":"op_begin","g":1,"op":"set_timer","index":0,"duration_ns":9}
{"t":5,"e":"timer_answer","g":1,"timer":2,"active":0}
{"t":6,"e":"op_end","g":1,"op":"set_timer","index":0}
{"t":7,"e":"op_begin","g":1,"op":"reset_timer","index":1,"duration_ns":9}
{"t":8,"e":"timer_answer","g":1,"timer":2,"active":1}
{"t":9,"e":"op_end","g":1,"op":"reset_timer","index":1}
{"t":10,"e":"op_begin","g":1,"op":"procs","index":2,"duration_ns":0}
{"t":11,"e":"procs_changed","g":1,"procs":3}
{"t":12,"e":"op_end","g":1,"op":"procs","index":2}
{"t":13,"e":"task_end","g":1}
{"t":17,"e":"timer_expired","g":1,"timer":2}
{"t":18,"e":"scenario_end"}
)";

std::string TimersMismatch(const std::string& old_text, const std::string& new_text) {
  const Scenario scenario = {
      .name = "timers", .tasks = {{.ops = {SetTimer(2, 9), ResetTimer(2, 9), ChangeProcs(3)}}}};
  std::string text = kTimers;
  if (!old_text.empty()) text.replace(text.find(old_text), old_text.size(), new_text);
  const std::string mismatch = FindMismatch(scenario, Read(text), true);
  return mismatch.substr(std::min(mismatch.size(), mismatch.find(": ") + 2));
}

TEST(ScenarioReplay, TimersAreHeldAgainstTheScenario) {
  EXPECT_EQ(TimersMismatch("", ""), "");
  EXPECT_THAT(
      TimersMismatch("{\"t\":5,\"e\":\"timer_answer\",\"g\":1,\"timer\":2,\"active\":0}\n", ""),
      HasSubstr("where timer_answer of set_timer 0 (repeat 1 of 1) was due"));
  EXPECT_THAT(TimersMismatch(R"("timer":2,"active":1)", R"("timer":1,"active":1)"),
              HasSubstr("where it is about timer=2"));
  EXPECT_THAT(TimersMismatch(R"("active":1)", R"("active":2)"),
              HasSubstr("where active is 0 or 1"));
  EXPECT_THAT(TimersMismatch(R"("procs":3)", R"("procs":4)"),
              HasSubstr("where procs=3 is asked for"));
  EXPECT_EQ(TimersMismatch(R"("active":1)", R"("active":0)"),
            "scenario_end comes although timer 2 of task 1 is still to fire: it was set 2 times, "
            "stopped 0 times before it fired, and fired 1 times");
  EXPECT_THAT(TimersMismatch(R"(expired","g":1,"timer":2)", R"(expired","g":1,"timer":3)"),
              HasSubstr("still to fire"));
}

TEST(ScenarioReplay, ATimerThatFiresTooOftenIsForTheJudges) {
  EXPECT_EQ(TimersMismatch(R"({"t":18,"e":"scenario_end"})", R"({"t":18,"e":"scenario_end"}
{"t":19,"e":"timer_expired","g":1,"timer":2})"),
            "");
}

TEST(ScenarioReplay, ATimerNobodyHasSetIsNamed) {
  EXPECT_EQ(TimersMismatch(R"({"t":18,"e":"scenario_end"})",
                           R"({"t":17,"e":"timer_expired","g":7,"timer":2}
{"t":18,"e":"scenario_end"})"),
            "0.000000017 s g7 timer_expired timer=2: task 7 has never set its timer 2");
}

}  // namespace
}  // namespace proctor
