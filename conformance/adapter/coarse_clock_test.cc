#include "conformance/adapter/coarse_clock.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace proctor {
namespace {

Event Stamp(int64_t time_ns) {
  return MakeEvent(time_ns, EventKind::kOpEnd,
                   {{Arg::kOp, static_cast<int64_t>(Op::kSleep)}, {Arg::kIndex, 0}});
}

// Each time twice: the first operation's end and the next one's begin.
std::vector<Event> Pairs(const std::vector<int64_t>& times_ns) {
  std::vector<Event> events;
  for (const int64_t time_ns : times_ns) events.insert(events.end(), 2, Stamp(time_ns));
  return events;
}

TEST(CoarseClock, ThatOfTheTickIsNamed) {
  std::vector<int64_t> times_ns;
  // Ticks of 4 ms, a few parts in a million short, some of them without a stamp.
  for (int64_t tick = 0; tick < 40; tick += 1 + tick % 3) times_ns.push_back(tick * 3'999'930);
  EXPECT_NE(FindCoarseClock(Pairs(times_ns)).find("in steps of 3999930 ns"), std::string::npos);
}

TEST(CoarseClock, OneReadingForTwoStampsOfLongOperationsIsFine) {
  std::vector<int64_t> times_ns;
  for (int64_t i = 0; i < 40; ++i) times_ns.push_back(i * 1'060'000 + i * i * 7'919 % 430'000);
  EXPECT_EQ(FindCoarseClock(Pairs(times_ns)), "");
}

TEST(CoarseClock, OneShortStepShowsThatItIsFine) {
  std::vector<int64_t> times_ns;
  for (int64_t i = 0; i < 40; ++i) times_ns.push_back(i * 4'000'000);
  times_ns.push_back(times_ns.back() + 1'234);
  EXPECT_EQ(FindCoarseClock(Pairs(times_ns)), "");
}

TEST(CoarseClock, AFewStampsShowNothing) {
  EXPECT_EQ(FindCoarseClock(Pairs({0, 4'000'000, 8'000'000, 12'000'000})), "");
}

}  // namespace
}  // namespace proctor
