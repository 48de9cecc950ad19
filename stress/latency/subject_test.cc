// Every subject does every operation and says so in one figure. How large it is decides nothing
// here.

#include "stress/latency/subject.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <set>
#include <string>

#include "stress/latency/operations.h"

namespace proctor::latency {
namespace {

constexpr int kDivisor = 100;
constexpr int32_t kProcs[] = {1, 2};

const std::string kHere = "stress/latency";

void ExpectFigures(const Subject& subject, const std::set<std::string>& known) {
  ASSERT_EQ(subject.absent, "");
  for (const Operation& operation : Operations()) {
    for (int32_t procs : kProcs) {
      SCOPED_TRACE(subject.name + " " + operation.name);
      const Figure figure = Measure(subject, operation, procs, kDivisor);
      EXPECT_EQ(figure.error, "");
      EXPECT_EQ(figure.unsupported, !known.contains(operation.name));
      if (figure.unsupported) continue;
      ASSERT_TRUE(figure.value.has_value());
      EXPECT_TRUE(std::isfinite(*figure.value));
    }
  }
}

std::set<std::string> All() {
  std::set<std::string> names;
  for (const Operation& operation : Operations()) names.insert(operation.name);
  return names;
}

TEST(SubjectTest, TheReferenceDoesEverything) {
  ExpectFigures({"reference", kHere + "/reference_subject", ""}, All());
}

TEST(SubjectTest, GoDoesEverything) {
  const Subject go = BuildGoSubject(kHere + "/latency.go", testing::TempDir());
  if (!go.absent.empty()) GTEST_SKIP() << go.absent;
  ExpectFigures(go, All());
}

TEST(SubjectTest, BoostFiberDoesWhatItHasOnOneThread) {
  const Subject fiber = {"Boost.Fiber", kHere + "/fiber_subject", ""};
  for (const Operation& operation : Operations()) {
    const bool known =
        std::set<std::string>{"yield", "spawn", "channel", "sleep", "memory"}.contains(
            operation.name);
    const Figure figure = Measure(fiber, operation, 1, kDivisor);
    EXPECT_EQ(figure.error, "");
    EXPECT_EQ(figure.value.has_value(), known) << operation.name;
    EXPECT_TRUE(Measure(fiber, operation, 2, kDivisor).unsupported) << operation.name;
  }
}

TEST(SubjectTest, WhatDoesNotMeasureIsAnErrorThatNamesIt) {
  const Operation& operation = Operations().front();
  const Figure gone = Measure({"gone", kHere + "/no_such_subject", ""}, operation, 1, kDivisor);
  EXPECT_FALSE(gone.value.has_value());
  EXPECT_NE(gone.error.find("gone yield 1"), std::string::npos) << gone.error;
  const Figure fails = Measure({"fails", "/bin/false", ""}, operation, 1, kDivisor);
  EXPECT_FALSE(fails.value.has_value());
  EXPECT_NE(fails.error.find("ended with 1"), std::string::npos) << fails.error;
  const Figure mute = Measure({"mute", "/bin/true", ""}, operation, 1, kDivisor);
  EXPECT_FALSE(mute.value.has_value());
  EXPECT_NE(mute.error.find("printed no figure"), std::string::npos) << mute.error;
}

TEST(SubjectTest, AnOperationOfNobodysIsUnsupported) {
  const Operation other = {"no_such_operation", "", "", 1, -1};
  for (const char* program : {"/reference_subject", "/fiber_subject"}) {
    EXPECT_TRUE(Measure({program, kHere + program, ""}, other, 1, kDivisor).unsupported) << program;
  }
}

}  // namespace
}  // namespace proctor::latency
