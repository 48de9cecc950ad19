#include "conformance/adapter/gathering.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

TEST(Gathering, OrdersByTimeAndKeepsTheOrderOfEqualTimes) {
  Gathering gathering;
  gathering.Add(MakeEvent(5, EventKind::kScenarioEnd));
  gathering.Add(MakeEvent(3, EventKind::kStopped));
  gathering.Add(MakeEvent(3, EventKind::kContinued));
  gathering.Add(MakeEvent(1, EventKind::kScenarioStart));
  const std::vector<Event> expected = {
      MakeEvent(1, EventKind::kScenarioStart), MakeEvent(3, EventKind::kStopped),
      MakeEvent(3, EventKind::kContinued), MakeEvent(5, EventKind::kScenarioEnd)};
  EXPECT_EQ(gathering.Take(), expected);
}

TEST(Gathering, SaysHowMuchItCouldNotKeep) {
  Gathering gathering(2);
  for (int64_t time_ns = 1; time_ns <= 5; ++time_ns) {
    gathering.Add(MakeEvent(time_ns, EventKind::kStopped));
  }
  const std::vector<Event> expected = {MakeEvent(1, EventKind::kStopped),
                                       MakeEvent(2, EventKind::kStopped),
                                       MakeEvent(2, EventKind::kGap, {{Arg::kLost, 3}})};
  EXPECT_EQ(gathering.Take(), expected);
}

TEST(Gathering, OfNothingIsEmpty) { EXPECT_TRUE(Gathering().Take().empty()); }

}  // namespace
}  // namespace proctor
