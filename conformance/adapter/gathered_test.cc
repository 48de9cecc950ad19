#include "conformance/adapter/gathered.h"

#include <gtest/gtest.h>

#include <optional>

#include "conformance/json/json.h"
#include "conformance/scenario/operations.h"

namespace proctor {
namespace {

// Ten runs of a task that sends, one of a task that receives nine times.
Scenario Mesh() {
  return {.name = "mesh",
          .channels = {{.capacity = 4}},
          .tasks = {{.ops = {{.op = Op::kSpawn, .task = 1}}, .repeat = 10},
                    {.ops = {{.op = Op::kSend}}, .start = false},
                    {.ops = {{.op = Op::kReceive}}, .repeat = 9}}};
}

int64_t& Done(Ledger& ledger, Op op) { return ledger.done[static_cast<size_t>(op)]; }

Ledger Balanced() {
  Ledger ledger{.spawned = 12, .ended = 12, .left = 1};
  Done(ledger, Op::kSpawn) = 10;
  Done(ledger, Op::kSend) = 10;
  Done(ledger, Op::kReceive) = 9;
  ledger.begun = ledger.done;
  return ledger;
}

TEST(Ledger, BalancesWhereEverythingHappenedOnce) {
  EXPECT_EQ(FindImbalance(Mesh(), Balanced()), "");
  EXPECT_EQ(Balanced().operations(), 29);
}

TEST(Ledger, NamesWhatIsLostOrHappenedTwice) {
  Ledger ledger = Balanced();
  --ledger.ended;
  EXPECT_EQ(FindImbalance(Mesh(), ledger), "12 tasks were made runnable and 11 ended");
  ledger = Balanced();
  ++ledger.spawned, ++ledger.ended;
  EXPECT_EQ(FindImbalance(Mesh(), ledger), "12 tasks were to run and 13 ran");
  ledger = Balanced();
  ledger.left = 0;
  EXPECT_EQ(FindImbalance(Mesh(), ledger), "10 messages were sent, 9 received, and 0 are left");
  ledger = Balanced();
  --Done(ledger, Op::kReceive);
  EXPECT_EQ(FindImbalance(Mesh(), ledger), "receive: 9 begun, 8 done");
  ledger.begun = ledger.done;
  EXPECT_EQ(FindImbalance(Mesh(), ledger), "receive: 9 were to happen, 8 did");
}

TEST(Ledger, OfATaskThatSpawnsItselfOnlyTheBalanceIsKnown) {
  Scenario scenario = Mesh();
  scenario.tasks[1].ops.push_back({.op = Op::kSpawn, .task = 1});
  Ledger ledger = Balanced();
  ledger.spawned = ledger.ended = 70;
  EXPECT_EQ(FindImbalance(scenario, ledger), "");
}

TEST(Ledger, TimersFireOrAreStoppedOnceForEachTimeTheyAreSet) {
  const Scenario scenario = {.name = "timers",
                             .tasks = {{.ops = {SetTimer(0, 5), ResetTimer(0, 5)}, .repeat = 4}}};
  Ledger right{.spawned = 1, .ended = 1, .timers_set = 8, .timers_stopped = 3, .timers_fired = 5};
  Done(right, Op::kSetTimer) = Done(right, Op::kResetTimer) = 4;
  right.begun = right.done;
  EXPECT_EQ(FindImbalance(scenario, right) + FindTimerImbalance(right), "");
  Ledger lost = right;
  --lost.timers_fired;
  EXPECT_EQ(FindTimerImbalance(lost),
            "timers were set 8 times, stopped 3 times before they fired, and fired 4 times");
  Ledger uncounted = right;
  --uncounted.timers_set;
  EXPECT_EQ(FindTimerImbalance(uncounted), "timers were set 8 times, and 7 settings are counted");
}

Event Stamp(int64_t time_ns, EventKind kind, int64_t g,
            std::initializer_list<std::pair<Arg, int64_t>> args) {
  Event event = MakeEvent(time_ns, kind, args);
  event.g = g;
  return event;
}

TEST(Spans, OfStampsAreWhatTookLongerThanAsked) {
  const auto sleep = static_cast<int64_t>(Op::kSleep);
  const std::map<std::string, Histogram> spans =
      SpansOf(Scenario(),
              std::vector<Event>{
                  Stamp(10, EventKind::kTaskSpawn, -1, {{Arg::kTask, 1}}),
                  Stamp(12, EventKind::kTaskSpawn, -1, {{Arg::kTask, 2}}),
                  Stamp(15, EventKind::kTaskStart, 1, {}),
                  Stamp(20, EventKind::kOpBegin, 1, {{Arg::kOp, sleep}, {Arg::kDurationNs, 30}}),
                  Stamp(22, EventKind::kTaskStart, 2, {}),
                  Stamp(30, EventKind::kOpBegin, 2, {{Arg::kOp, sleep}, {Arg::kDurationNs, 30}}),
                  Stamp(57, EventKind::kOpEnd, 1, {{Arg::kOp, sleep}}),
                  Stamp(61, EventKind::kOpEnd, 2, {{Arg::kOp, sleep}}),
              });
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans.at("spawn_to_start").buckets(), (std::map<int32_t, int64_t>{{5, 1}, {10, 1}}));
  EXPECT_EQ(spans.at("sleep").buckets(), (std::map<int32_t, int64_t>{{1, 1}, {7, 1}}));
}

TEST(Spans, ReadyDescriptorsAndForcedCollectionsCountFromWhenTheyWereDue) {
  const Scenario scenario = {
      .name = "due", .tunables = {{"forcegc_period_ns", 100}}, .descriptors = 1};
  const auto wait = static_cast<int64_t>(Op::kWait);
  const std::vector<Event> stamps = {
      Stamp(5, EventKind::kOpBegin, 1, {{Arg::kOp, wait}}),
      Stamp(10, EventKind::kCollection, -1, {{Arg::kCount, 1}}),
      Stamp(20, EventKind::kDescriptorReady, -1, {{Arg::kDescriptor, 0}}),
      Stamp(27, EventKind::kOpEnd, 1, {{Arg::kOp, wait}}),
      Stamp(28, EventKind::kOpBegin, 1, {{Arg::kOp, wait}}),
      Stamp(113, EventKind::kCollection, -1, {{Arg::kCount, 2}}),
      Stamp(163, EventKind::kCollection, -1, {{Arg::kCount, 3}}),
      Stamp(265, EventKind::kCollection, -1, {{Arg::kCount, 4}}),
  };
  std::map<std::string, Histogram> spans = SpansOf(scenario, stamps);
  EXPECT_EQ(spans["ready_to_end"].buckets(), (std::map<int32_t, int64_t>{{7, 1}}));
  EXPECT_EQ(spans["collection"].buckets(), (std::map<int32_t, int64_t>{{2, 1}, {3, 1}}));
  spans = SpansOf(Scenario{.descriptors = 2}, stamps);
  EXPECT_FALSE(spans.contains("ready_to_end")) << "whose it is is not known";
  EXPECT_FALSE(spans.contains("collection")) << "nobody asked for it";
}

std::optional<Gathered> Read(std::string_view text, std::string& error) {
  return ReadJson<Gathered>(text, {.what = "gathered"}, error, ReadGathered);
}

constexpr std::string_view kText = R"({"ledger":{"spawned":1,"ended":1,"bytes":64,"calls":0,
  "left":0,"timers":{"set":3,"stopped":1,"fired":2},"begun":{"sleep":2},"done":{"sleep":2}},"progress":{"still_ns":0,"g":0},
  "spans":[{"name":"sleep","max":130,"buckets":[7,1,80,1]}]})";

TEST(Gathered, IsRead) {
  std::string error;
  const std::optional<Gathered> gathered = Read(kText, error);
  ASSERT_TRUE(gathered) << error;
  EXPECT_EQ(gathered->ledger.done[static_cast<size_t>(Op::kSleep)], 2);
  EXPECT_EQ(gathered->ledger.timers_fired, 2);
  EXPECT_EQ(gathered->spans.at("sleep").count(), 2);
  EXPECT_EQ(gathered->spans.at("sleep").max(), 130);
}

TEST(Gathered, WhatIsNoneIsNamed) {
  const auto error_of = [](std::string_view from, std::string_view to) {
    std::string text(kText), error;
    text.replace(text.find(from), from.size(), to);
    EXPECT_FALSE(Read(text, error)) << text;
    return error;
  };
  EXPECT_NE(error_of("7,1,80,1", "7,1,80").find("in turn"), std::string::npos);
  EXPECT_NE(error_of("7,1,80,1", "7,1,9999,1").find("no bucket"), std::string::npos);
  EXPECT_NE(error_of("7,1,80,1", "7,0").find("no count"), std::string::npos);
  EXPECT_NE(error_of("\"sleep\":2", "\"nap\":2").find("unknown operation 'nap'"),
            std::string::npos);
  EXPECT_NE(error_of("\"ended\":1", "\"ended\":-1").find("ended"), std::string::npos);
}

}  // namespace
}  // namespace proctor
