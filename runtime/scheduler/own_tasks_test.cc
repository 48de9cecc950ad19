// Which tasks are the runtime's own. What they do stands in the tests of the runtime, which runs.

#include "runtime/scheduler/own_tasks.h"

#include <thread>

#include "gtest/gtest.h"
#include "runtime/scheduler/collector_hooks.h"

namespace proctor::runtime {
namespace {

struct Hooks : CollectorHooks {
  bool Enabled() const override { return true; }
  int32_t Percent() const override { return 100; }
  void Collect() override {}
};

Options WithOneP(CollectorHooks* collector) {
  Options options;
  options.procs = 1;
  options.collector = collector;
  return options;
}

TEST(OwnTasks, TheHelperAndTheScavengerAreRunnableFromTheStart) {
  Hooks hooks;
  SchedulerParts parts(WithOneP(&hooks));
  parts.processors.Start(parts.trace, 1);
  Processor& p = parts.processors.At(0);
  StartOwnTasks(parts, p);
  bool inherits = true;
  Task* helper = p.queue.Get(inherits);
  Task* scavenger = p.queue.Get(inherits);
  ASSERT_NE(helper, nullptr);
  ASSERT_NE(scavenger, nullptr);
  EXPECT_EQ(p.queue.Get(inherits), nullptr);
  EXPECT_EQ(parts.collections.helper(), helper);
  for (const Task* task : {helper, scavenger}) {
    EXPECT_TRUE(task->system) << "nobody waits for it, and no deadlock is reported because of it";
    EXPECT_EQ(task->Status(), TaskStatus::kRunnable);
    EXPECT_GE(task->id, kFirstOwnTask) << "a user's task would have its number";
  }
  EXPECT_NE(helper->id, scavenger->id);
}

TEST(OwnTasks, WithoutACollectorThereAreNone) {
  SchedulerParts parts(WithOneP(nullptr));
  parts.processors.Start(parts.trace, 1);
  StartOwnTasks(parts, parts.processors.At(0));
  bool inherits = true;
  EXPECT_EQ(parts.processors.At(0).queue.Get(inherits), nullptr);
  EXPECT_EQ(parts.collections.helper(), nullptr);
}

TEST(OwnTasks, ANumberOfProcessorsThatTheUserFixedIsKept) {
  SchedulerParts parts(WithOneP(nullptr));
  parts.processors.Start(parts.trace,
                         static_cast<int32_t>(std::thread::hardware_concurrency()) + 1);
  FollowMachine(parts);
  const SchedGuard guard(parts.sched);
  EXPECT_EQ(parts.global.size(), 0);
}

}  // namespace
}  // namespace proctor::runtime
