#include "conformance/campaign/older_go.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

TEST(OlderGo, IsHeldToWhatItsDesignWas) {
  EXPECT_EQ(WhyOlderGoDidNotPromise("go1.13.15", ClauseId::kDEEP_4, kO),
            "before go1.14 timers had a thread of their own, and no deep sleep ended for one");
  EXPECT_EQ(WhyOlderGoDidNotPromise("go1.14", ClauseId::kDEEP_4, kO), "");
  EXPECT_EQ(WhyOlderGoDidNotPromise("go1.15.15", ClauseId::kCAD_7, kO),
            "before go1.16 every deep sleep began the cadence afresh");
  EXPECT_EQ(WhyOlderGoDidNotPromise("go1.16", ClauseId::kCAD_7, kO), "");
  EXPECT_EQ(WhyOlderGoDidNotPromise("go1.13.15", ClauseId::kCAD_2, kO), "");
}

TEST(OlderGo, IsNotJudgedByVariablesThatNobodyHasRead) {
  EXPECT_NE(WhyOlderGoDidNotPromise("go1.16.9", ClauseId::kCAD_2, kD), "");
  EXPECT_EQ(WhyOlderGoDidNotPromise("go1.17", ClauseId::kCAD_2, kD), "");
}

TEST(OlderGo, OthersAreNotConcerned) {
  for (const char* version : {"go1.26.8", "12.2.0", "3.11.2", "go1.", "devel go1.13", ""}) {
    EXPECT_EQ(WhyOlderGoDidNotPromise(version, ClauseId::kDEEP_4, kO), "") << version;
  }
}

}  // namespace
}  // namespace proctor
