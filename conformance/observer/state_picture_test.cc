#include "conformance/observer/state_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace proctor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using enum EventKind;

constexpr int64_t kMs = 1'000'000;

Event Write(int64_t time_ns, Variable variable, int64_t value, int32_t p = -1) {
  Event event = MakeEvent(time_ns, kWrite,
                          {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, value}});
  event.p = p;
  return event;
}

TEST(StatePicture, ShowsWhatWaitsAndWhoRests) {
  std::vector<Event> events = {Write(0, Variable::kIdleProcessors, 3),
                               Write(0, Variable::kGlobalQueue, 2),
                               Write(0, Variable::kLocalWork, 1, 0),
                               Write(0, Variable::kLocalWork, 4, 1),
                               MakeEvent(0, kSnapshot, {{Arg::kWatched, kWatchHandOff}}),
                               Write(1 * kMs, Variable::kIdleProcessors, 1),
                               MakeEvent(1 * kMs, kSnapshot, {{Arg::kWatched, kWatchHandOff}}),
                               MakeEvent(1 * kMs, kHandOff),
                               MakeEvent(119 * kMs, kSnapshot, {{Arg::kWatched, kWatchHandOff}})};
  const std::string picture = StatePicture(events);
  EXPECT_THAT(picture, HasSubstr("1 to 3 (2.0)"));
  EXPECT_THAT(picture, HasSubstr(" 7 "));
  EXPECT_THAT(picture, HasSubstr("retakes"));
}

TEST(StatePicture, WithoutBreakpointsCountsNoRetakes) {
  EXPECT_EQ(StatePicture({}), "");
  const std::vector<Event> events = {MakeEvent(0, kSnapshot, {{Arg::kWatched, 0}})};
  EXPECT_THAT(StatePicture(events), Not(HasSubstr("retakes")));
}

}  // namespace
}  // namespace proctor
