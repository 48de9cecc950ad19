// Who is counted by the deadlock check, and what it says. The counts are set by hand: nothing runs.

#include "runtime/scheduler/deadlock.h"

#include "gtest/gtest.h"
#include "runtime/scheduler/new_task.h"
#include "runtime/scheduler/parts.h"

namespace proctor::runtime {
namespace {

constexpr int64_t kFirstTask = 1;

Options Quiet() {
  Options options;
  options.procs = 1;
  return options;
}

// A scheduler that was never started.
class DeadlockTest : public testing::Test {
 protected:
  void SetUp() override { testing::GTEST_FLAG(death_test_style) = "threadsafe"; }

  Task* Add(TaskStatus status, bool system = false) {
    Task* task = NewTask(parts_, nullptr, [] {}, "task", next_++);
    task->system = system;
    task->ChangeThenTrace(parts_.trace, TaskStatus::kGone, status);
    return task;
  }

  void AddThread() {
    SchedGuard guard(parts_.sched);
    parts_.threads.Make(parts_.trace);
  }

  void Check() {
    SchedGuard guard(parts_.sched);
    CheckDeadlock(parts_);
  }

  SchedulerParts parts_{Quiet()};
  int64_t next_ = kFirstTask;
};

TEST_F(DeadlockTest, TasksThatAllWaitAreReported) {
  Add(TaskStatus::kWaiting);
  Add(TaskStatus::kWaiting);
  EXPECT_EXIT(Check(), testing::ExitedWithCode(2),
              "fatal error: all tasks wait for one another - deadlock!");
}

TEST_F(DeadlockTest, AThreadThatRunsMayStillWakeThem) {
  Add(TaskStatus::kWaiting);
  AddThread();
  Check();
}

TEST_F(DeadlockTest, TheMonitorsThreadIsNoneThatRuns) {
  Add(TaskStatus::kWaiting);
  AddThread();
  {
    SchedGuard guard(parts_.sched);
    parts_.threads.AddSystemThread(parts_.trace);
  }
  EXPECT_EXIT(Check(), testing::ExitedWithCode(2), "all tasks wait for one another");
}

TEST_F(DeadlockTest, AnIdleThreadIsNoneThatRuns) {
  Add(TaskStatus::kWaiting);
  {
    SchedGuard guard(parts_.sched);
    parts_.threads.PutIdle(parts_.trace, *parts_.threads.Make(parts_.trace));
  }
  EXPECT_EXIT(Check(), testing::ExitedWithCode(2), "all tasks wait for one another");
}

TEST_F(DeadlockTest, APendingTimerMayStillWakeThem) {
  Add(TaskStatus::kWaiting);
  parts_.processors.Start(parts_.trace, 1);
  Timer timer;
  timer.when_ns = INT64_MAX - 1;
  parts_.processors.At(0).timers.Add(timer);
  Check();
  TimerHeap::Remove(timer);
  EXPECT_EXIT(Check(), testing::ExitedWithCode(2), "all tasks wait for one another");
}

TEST_F(DeadlockTest, TheRuntimesOwnTasksAreNobody) {
  Add(TaskStatus::kWaiting, true);
  EXPECT_EXIT(Check(), testing::ExitedWithCode(2), "the main task is gone and nobody is left");
}

TEST_F(DeadlockTest, ATaskThatCouldRunAndNoThreadIsAnErrorOfTheRuntime) {
  Add(TaskStatus::kWaiting);
  Add(TaskStatus::kRunnable);
  EXPECT_EXIT(Check(), testing::ExitedWithCode(2), "a task could run, and no thread does");
}

TEST_F(DeadlockTest, FewerThanNoThreadsAreAnErrorOfTheRuntime) {
  {
    SchedGuard guard(parts_.sched);
    parts_.threads.AddSystemThread(parts_.trace);
  }
  EXPECT_EXIT(Check(), testing::ExitedWithCode(2), "fewer than no threads run");
}

TEST_F(DeadlockTest, NobodyIsAccusedAtTheEnd) {
  Add(TaskStatus::kWaiting);
  {
    SchedGuard guard(parts_.sched);
    parts_.ending.Begin();
  }
  Check();
}

TEST(DeadlockOfALibrary, IsTheHostsAffair) {
  Options options = Quiet();
  options.library = true;
  SchedulerParts parts(options);
  NewTask(
      parts, nullptr, [] {}, "task", kFirstTask)
      ->ChangeThenTrace(parts.trace, TaskStatus::kGone, TaskStatus::kWaiting);
  SchedGuard guard(parts.sched);
  CheckDeadlock(parts);
}

}  // namespace
}  // namespace proctor::runtime
