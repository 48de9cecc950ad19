// Which thread is taken next, and how many count as running.

#include "runtime/scheduler/thread_list.h"

#include "gtest/gtest.h"

namespace proctor::runtime {
namespace {

class ThreadListTest : public testing::Test {
 protected:
  SchedulerTrace trace_{nullptr, 64};
  SchedLock lock_{trace_};
  ThreadList list_;
};

TEST_F(ThreadListTest, ThreadsAreNumberedAndHaveRings) {
  const SchedGuard guard(lock_);
  Thread* const first = list_.Make(trace_);
  Thread* const second = list_.Make(trace_);
  EXPECT_EQ(first->id, 0);
  EXPECT_EQ(second->id, 1);
  EXPECT_NE(first->ring, nullptr);
  EXPECT_NE(first->ring, second->ring);
  int32_t seen = 0;
  list_.ForEach([&](const Thread& thread) { seen += 1 + thread.id; });
  EXPECT_EQ(seen, 3);
}

TEST_F(ThreadListTest, TheLastIdleOneIsTakenFirst) {
  const SchedGuard guard(lock_);
  EXPECT_EQ(list_.TakeIdle(trace_), nullptr);
  Thread* const first = list_.Make(trace_);
  Thread* const second = list_.Make(trace_);
  list_.PutIdle(trace_, *first);
  list_.PutIdle(trace_, *second);
  EXPECT_EQ(list_.idle(), 2);
  EXPECT_EQ(list_.TakeIdle(trace_), second);
  EXPECT_EQ(list_.TakeIdle(trace_), first);
  EXPECT_EQ(list_.TakeIdle(trace_), nullptr);
  EXPECT_EQ(list_.idle(), 0);
}

TEST_F(ThreadListTest, IdleLockedAndSystemThreadsDoNotRun) {
  const SchedGuard guard(lock_);
  Thread* const first = list_.Make(trace_);
  for (int i = 0; i < 4; ++i) list_.Make(trace_);
  EXPECT_EQ(list_.running(), 5);
  list_.PutIdle(trace_, *first);
  EXPECT_EQ(list_.running(), 4);
  list_.AddSystemThread(trace_);
  EXPECT_EQ(list_.running(), 3);
  list_.AddIdleLocked(trace_, 2);
  EXPECT_EQ(list_.running(), 1);
  list_.AddIdleLocked(trace_, -1);
  EXPECT_EQ(list_.running(), 2);
  EXPECT_EQ(list_.size(), 5);
}

TEST_F(ThreadListTest, AtTheEndAllIdleOnesAreTaken) {
  const SchedGuard guard(lock_);
  Thread* const first = list_.Make(trace_);
  Thread* const second = list_.Make(trace_);
  list_.PutIdle(trace_, *first);
  list_.PutIdle(trace_, *second);
  EXPECT_EQ(list_.TakeAllIdle(), second);
  EXPECT_EQ(second->next_idle, first);
  EXPECT_EQ(first->next_idle, nullptr);
  EXPECT_EQ(list_.idle(), 0);
  EXPECT_EQ(list_.TakeIdle(trace_), nullptr);
}

}  // namespace
}  // namespace proctor::runtime
