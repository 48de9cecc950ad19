#include "conformance/observer/second_monitors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proctor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SecondMonitors, OneThatLooksSoAgainAndAgainIsOne) {
  SecondMonitors seconds;
  for (int look = 0; look < 3; ++look) EXPECT_THAT(seconds.Look({7, 8}), IsEmpty());
  EXPECT_THAT(seconds.Look({8}), ElementsAre(8));
  EXPECT_THAT(seconds.Look({7, 8}), ElementsAre(8));
}

TEST(SecondMonitors, OneThatLooksSoNowAndThenIsNone) {
  SecondMonitors seconds;
  EXPECT_FALSE(seconds.WantsMore());
  for (int look = 0; look < 100; ++look) {
    EXPECT_THAT(seconds.Look(look % 4 == 3 ? std::vector<pid_t>{} : std::vector<pid_t>{7}),
                IsEmpty());
  }
  EXPECT_FALSE(seconds.WantsMore());
}

TEST(SecondMonitors, WhereNoneWasSuspectedNoMoreLooksAreWanted) {
  SecondMonitors seconds;
  EXPECT_THAT(seconds.Look({}), IsEmpty());
  EXPECT_FALSE(seconds.WantsMore());
  seconds.Look({7});
  EXPECT_TRUE(seconds.WantsMore());
}

}  // namespace
}  // namespace proctor
