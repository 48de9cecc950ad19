#include "conformance/world/run_queues.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

constexpr int32_t kP = 0;

TEST(RunQueues, WhatComesNextIsKickedOutByWhatComesNextAfterIt) {
  TestRuntime w(Idle(1));
  const int32_t first = w->tasks.NewTask(0);
  const int32_t second = w->tasks.NewTask(0);
  while (RunQueues::LocalWork(w->processors.At(kP)) > 0) w->queues.TakeLocal(kMainM, kP);
  w->queues.PutLocal(kMainM, kP, first, true);
  w->queues.PutLocal(kMainM, kP, second, true);
  EXPECT_EQ(RunQueues::LocalWork(w->processors.At(kP)), 2);
  EXPECT_EQ(w->queues.TakeLocal(kMainM, kP), second);
  EXPECT_EQ(w->queues.TakeLocal(kMainM, kP), first);
}

// A local queue holds 256; then its older half moves, in order.
TEST(RunQueues, HalfOfAFullQueueMovesToTheGlobalOne) {
  TestRuntime w(Idle(1));
  while (RunQueues::LocalWork(w->processors.At(kP)) > 0) w->queues.TakeLocal(kMainM, kP);
  const int32_t first = w->tasks.NewTask(0);
  w->queues.PutLocal(kMainM, kP, first, false);
  for (int i = 1; i < 256; ++i) w->queues.PutLocal(kMainM, kP, w->tasks.NewTask(0), false);
  EXPECT_TRUE(w->queues.global().empty());
  w->queues.PutLocal(kMainM, kP, w->tasks.NewTask(0), false);
  EXPECT_EQ(w->queues.global().size(), 128);
  EXPECT_EQ(RunQueues::LocalWork(w->processors.At(kP)), 129);
  EXPECT_EQ(w->queues.TakeGlobal(kMainM), first);
  EXPECT_FALSE(w->locks.Held(LockId::kSched));
}

}  // namespace
}  // namespace proctor
