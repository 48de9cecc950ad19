#include "conformance/adapter/stamp_order.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

constexpr int64_t kStartedNs = 100;
constexpr int64_t kNowNs = 1'000;

std::string Check(StampOrder& order, EventKind kind, int64_t time_ns, int64_t g,
                  bool traced = false) {
  Event event = MakeEvent(time_ns, kind);
  event.g = g;
  return order.Check(event, traced, kStartedNs, kNowNs);
}

TEST(StampOrderTest, TasksMayOvertakeEachOther) {
  StampOrder order;
  EXPECT_EQ(Check(order, EventKind::kTaskStart, 500, 1), "");
  EXPECT_EQ(Check(order, EventKind::kTaskStart, 400, 2), "");
  EXPECT_NE(Check(order, EventKind::kTaskEnd, 499, 1).find("comes 1 ns before"), std::string::npos);
}

TEST(StampOrderTest, ATaskThatHasEndedMayBeAnotherOnesNumber) {
  StampOrder order;
  Check(order, EventKind::kTaskStart, 500, 1);
  EXPECT_EQ(Check(order, EventKind::kTaskEnd, 600, 1), "");
  EXPECT_EQ(Check(order, EventKind::kTaskStart, 550, 1), "");
}

TEST(StampOrderTest, ANumberThatIsGivenTwiceIsNamedBeforeItsTimesGoBackwards) {
  StampOrder order;
  const auto spawn = [&](int64_t task) {
    return order.Check(MakeEvent(300, EventKind::kTaskSpawn, {{Arg::kTask, task}}), false,
                       kStartedNs, kNowNs);
  };
  // Whose line comes first is the adapter's to choose.
  EXPECT_EQ(Check(order, EventKind::kTaskStart, 500, 1), "");
  EXPECT_EQ(spawn(1), "");
  EXPECT_EQ(spawn(2), "");
  EXPECT_NE(spawn(1).find("the number 1 was given before"), std::string::npos);
}

TEST(StampOrderTest, CollectionsAreSaidLate) {
  StampOrder order;
  Check(order, EventKind::kScenarioEnd, 500, -1);
  EXPECT_EQ(Check(order, EventKind::kCollection, 200, -1), "");
}

TEST(StampOrderTest, TheClockIsTheHarnesss) {
  StampOrder order;
  EXPECT_NE(Check(order, EventKind::kTaskStart, kStartedNs - 1, 1), "");
  EXPECT_NE(Check(order, EventKind::kTaskStart, kNowNs + 1, 1), "");
  EXPECT_EQ(Check(order, EventKind::kTaskStart, kNowNs, 1), "");
}

TEST(StampOrderTest, ATraceIsInOrderOfAllThreads) {
  StampOrder order;
  EXPECT_EQ(Check(order, EventKind::kLock, 500, -1, true), "");
  EXPECT_EQ(Check(order, EventKind::kLock, 500, 7, true), "");
  EXPECT_NE(Check(order, EventKind::kLock, 499, 8, true).find("trace go backwards"),
            std::string::npos);
}

}  // namespace
}  // namespace proctor
