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
  // Under limits on memory, descriptors and threads.
  for (const char* scarce :
       {"fatal error: failed to reserve page summary memory\n",
        "runtime: program exceeds 10000-thread limit\nfatal error: thread exhaustion\n",
        "runtime: eventfd failed with 24\nfatal error: runtime: netpollinit failed\n",
        "runtime: cannot map pages in arena address space\nfatal error: too many pages\n"}) {
    EXPECT_EQ(FatalErrorIn(scarce), "") << scarce;
  }
}

TEST(FatalError, AFaultInItsOwnCodeIsIts) {
  EXPECT_EQ(FatalErrorIn("panic: runtime error: invalid memory address or nil pointer\n"
                         "fatal error: unexpected signal during runtime execution\n"),
            "fatal error: unexpected signal during runtime execution");
}

TEST(FatalError, ADeadlockReportIsMeantToEndTheProcess) {
  EXPECT_EQ(FatalErrorIn("fatal error: all goroutines are asleep - deadlock!\n"), "");
}

}  // namespace
}  // namespace proctor
