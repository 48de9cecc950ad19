#include "conformance/campaign/go_environment.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace proctor {
namespace {

// As /proc/PID/environ has it, of a process that may use 3 CPUs.
Tunables With(std::initializer_list<std::string> settings) {
  std::string environment;
  for (const std::string& setting : settings) environment += setting + '\0';
  return TunablesOfGoEnvironment(environment, 3);
}

TEST(GoEnvironment, WithoutSettingsHasTheDefaultsAndAllCpus) {
  Tunables expected;
  expected.procs = 3;
  EXPECT_EQ(With({}), expected);
  EXPECT_EQ(With({"HOME=/root", "GOMAXPROCSX=7", "XGOMAXPROCS=7"}), expected);
}

TEST(GoEnvironment, SettingsAreInForce) {
  const Tunables tunables = With({"GOMAXPROCS=2", "GODEBUG=schedtrace=50,asyncpreemptoff=1"});
  EXPECT_EQ(tunables.procs, 2);
  EXPECT_EQ(tunables.sched_trace_ms, 50);
  EXPECT_EQ(tunables.asynchronous_preemption, 0);
  EXPECT_EQ(With({"GODEBUG=asyncpreemptoff=0"}).asynchronous_preemption, 1);
  EXPECT_EQ(With({"GOGC=50"}).gc_percent, 50);
  EXPECT_EQ(With({"GOGC=off"}).gc_percent, -1);
}

TEST(GoEnvironment, TheLastOfSeveralCounts) {
  EXPECT_EQ(With({"GOMAXPROCS=2", "GOMAXPROCS=1"}).procs, 1);
  EXPECT_EQ(With({"GODEBUG=schedtrace=50,schedtrace=70"}).sched_trace_ms, 70);
}

TEST(GoEnvironment, WhatTheRuntimeIgnoresIsNotInForce) {
  for (const char* setting :
       {"GOMAXPROCS=", "GOMAXPROCS=0", "GOMAXPROCS=-1", "GOMAXPROCS=2x", "GOMAXPROCS=9999999999"}) {
    EXPECT_EQ(With({setting}).procs, 3) << setting;
  }
  EXPECT_EQ(With({"GOGC=much"}), With({}));
  EXPECT_EQ(With({"GODEBUG=schedtrace"}), With({}));
}

TEST(GoEnvironment, NoValueIsBeyondWhatATunableMayBe) {
  for (const TunableField& field : TunableFields()) {
    const Tunables most = With({"GOMAXPROCS=2147483647", "GOGC=2147483647",
                                "GODEBUG=schedtrace=2147483647,asyncpreemptoff=2147483647"});
    EXPECT_LE(most.*field.member, field.greatest) << field.name;
    EXPECT_GE(With({"GOGC=-2147483648"}).*field.member, field.least) << field.name;
  }
}

}  // namespace
}  // namespace proctor
