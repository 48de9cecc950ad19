#include "conformance/adapter/event_merger.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

TEST(EventMerger, OrdersByTimeAndKeepsTheOrderOfEqualTimes) {
  EventMerger merger;
  merger.Add(MakeEvent(5, EventKind::kScenarioEnd));
  merger.Add(MakeEvent(3, EventKind::kStopped));
  merger.Add(MakeEvent(3, EventKind::kContinued));
  merger.Add(MakeEvent(1, EventKind::kScenarioStart));
  const std::vector<Event> expected = {
      MakeEvent(1, EventKind::kScenarioStart), MakeEvent(3, EventKind::kStopped),
      MakeEvent(3, EventKind::kContinued), MakeEvent(5, EventKind::kScenarioEnd)};
  EXPECT_EQ(merger.Take(), expected);
}

TEST(EventMerger, SaysHowMuchItCouldNotKeep) {
  EventMerger merger(2);
  for (int64_t time_ns = 1; time_ns <= 5; ++time_ns) {
    merger.Add(MakeEvent(time_ns, EventKind::kStopped));
  }
  const std::vector<Event> expected = {MakeEvent(1, EventKind::kStopped),
                                       MakeEvent(2, EventKind::kStopped),
                                       MakeEvent(2, EventKind::kGap, {{Arg::kLost, 3}})};
  EXPECT_EQ(merger.Take(), expected);
}

TEST(EventMerger, AfterItsEndTheProcessDoesNothing) {
  EventMerger merger;
  const Event exit = MakeEvent(4, EventKind::kProcessExit);
  const Event stall = MakeEvent(6, EventKind::kStall, {{Arg::kDurationNs, 5}});
  for (const Event& event : {stall, MakeEvent(5, EventKind::kShallowSleep), exit,
                             MakeEvent(3, EventKind::kShallowSleep)}) {
    merger.Add(event);
  }
  const std::vector<Event> expected = {MakeEvent(3, EventKind::kShallowSleep), exit, stall};
  EXPECT_EQ(merger.Take(), expected);
}

TEST(EventMerger, OfNothingIsEmpty) { EXPECT_TRUE(EventMerger().Take().empty()); }

}  // namespace
}  // namespace proctor
