#include "conformance/adapter/fatal_error.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

TEST(FatalError, IsTheLineInWhichTheRuntimeGivesUp) {
  EXPECT_EQ(FatalErrorIn("runtime: checkdead: nmidle=2\nfatal error: forcegc: phase error\n\n"
                         "runtime stack:\n"),
            "fatal error: forcegc: phase error");
  EXPECT_EQ(FatalErrorIn("a task says fatal error: nothing\n"), "");
  EXPECT_EQ(FatalErrorIn(""), "");
}

TEST(FatalError, WhatTheSystemRefusedIsNoneOfItsOwn) {
  EXPECT_EQ(FatalErrorIn("fatal error: runtime: out of memory\n"), "");
  EXPECT_EQ(FatalErrorIn("runtime: failed to create new OS thread (have 9 already; errno=11)\n"
                         "fatal error: newosproc\n"),
            "");
}

TEST(FatalError, ADeadlockReportIsMeantToEndTheProcess) {
  EXPECT_EQ(FatalErrorIn("fatal error: all goroutines are asleep - deadlock!\n"), "");
}

}  // namespace
}  // namespace proctor
