// Which memory a new task gets, when stacks go back, and how tasks are numbered.

#include "runtime/scheduler/task_pool.h"

#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace proctor::runtime {
namespace {

TEST(TaskPool, ADeadTaskIsUsedAgainFirstWithItsStack) {
  TaskPool pool(nullptr, {});
  Processor p(0);
  Task* const first = pool.Take(&p);
  Task* const second = pool.Take(&p);
  ASSERT_NE(first, second);
  ASSERT_NE(first->stack.low, nullptr);
  char* const stack = first->stack.low;
  EXPECT_EQ(p.births.load(), 2);
  pool.Return(p, first);
  pool.Return(p, second);
  EXPECT_EQ(p.births.load(), 0);
  EXPECT_EQ(pool.Take(&p), second);
  EXPECT_EQ(pool.Take(&p), first);
  EXPECT_EQ(first->stack.low, stack);
}

TEST(TaskPool, BeyondTheMostHalfGoBackWithoutStacks) {
  TaskPool pool(nullptr, {});
  Processor p(0);
  std::vector<Task*> tasks;
  for (int i = 0; i <= TaskPool::kDeadTasksMost; ++i) tasks.push_back(pool.Take(&p));
  const size_t taken = pool.stacks().GetStats().taken;
  for (int i = 0; i < TaskPool::kDeadTasksMost; ++i) pool.Return(p, tasks[static_cast<size_t>(i)]);
  EXPECT_EQ(p.dead_tasks.size(), TaskPool::kDeadTasksMost);
  EXPECT_EQ(pool.stacks().GetStats().taken, taken);
  pool.Return(p, tasks.back());
  EXPECT_EQ(p.dead_tasks.size(), TaskPool::kDeadTasksMost / 2 + 1);
  EXPECT_EQ(pool.stacks().GetStats().taken, taken - TaskPool::kDeadTasksMost / 2);
  // Another processor gets one of those, with a new stack.
  Processor other(1);
  Task* const again = pool.Take(&other);
  EXPECT_TRUE(std::set<Task*>(tasks.begin(), tasks.end()).contains(again));
  EXPECT_NE(again->stack.low, nullptr);
}

TEST(TaskPool, ATaskBornWithoutAProcessorIsCountedByThePool) {
  TaskPool pool(nullptr, {});
  pool.Take(nullptr);
  EXPECT_EQ(pool.foreign_births(), 1);
}

TEST(TaskPool, WithoutMemoryForAStackThereIsNoTask) {
  StackPoolOptions huge;
  huge.stack_bytes = size_t{1} << 47;  // all that a process can address
  TaskPool pool(nullptr, huge);
  Processor p(0);
  EXPECT_EQ(pool.Take(&p), nullptr);
  EXPECT_EQ(p.births.load(), 0);
}

TEST(TaskPool, NumbersAreGivenOnce) {
  TaskPool pool(nullptr, {});
  Processor first(0), second(1);
  std::set<int64_t> ids;
  for (int i = 0; i < 100; ++i) {
    for (Processor* p : {&first, &second, static_cast<Processor*>(nullptr)}) {
      EXPECT_TRUE(ids.insert(pool.NextId(p)).second);
    }
  }
  EXPECT_EQ(*ids.begin(), 1);
}

TEST(TaskPool, EveryTaskThereEverWasIsVisited) {
  TaskPool pool(nullptr, {});
  Processor p(0);
  std::set<const Task*> tasks;
  for (int i = 0; i < 200; ++i) tasks.insert(pool.Take(&p));
  LockGuard guard(pool.lock());
  size_t seen = 0, visits = 0;
  pool.ForEach([&](const Task& task) {
    seen += tasks.contains(&task);
    return true;
  });
  EXPECT_EQ(seen, 200u);
  pool.ForEach([&](const Task&) { return ++visits < 3; });
  EXPECT_EQ(visits, 3u);
}

}  // namespace
}  // namespace proctor::runtime
