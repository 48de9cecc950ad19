#include "runtime/stack/stack.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/arch/flow.h"
#include "runtime/stack/overflow.h"

namespace proctor::runtime {
namespace {

std::size_t Page() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

std::size_t Resident(Stack stack) {
  std::vector<unsigned char> pages(stack.bytes() / Page());
  EXPECT_EQ(mincore(stack.low, stack.bytes(), pages.data()), 0);
  std::size_t resident = 0;
  for (unsigned char page : pages) resident += page & 1;
  return resident * Page();
}

std::size_t Mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t lines = 0;
  for (std::string line; std::getline(maps, line);) ++lines;
  return lines;
}

TEST(StackPool, GivesWritableStacksThatDoNotOverlap) {
  StackPool pool;
  std::vector<Stack> stacks;
  for (int i = 0; i < 1000; ++i) {
    stacks.push_back(pool.Take());
    ASSERT_NE(stacks.back().low, nullptr);
    *stacks.back().low = static_cast<char>(i);
    stacks.back().high[-1] = static_cast<char>(i);
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(*stacks[i].low, static_cast<char>(i));
    EXPECT_EQ(stacks[i].high[-1], static_cast<char>(i));
  }
  for (Stack stack : stacks) pool.Return(stack);
}

TEST(StackPool, AStackHasItsSizeWithoutTheGuard) {
  StackPool pool({.stack_bytes = 32 * 1024, .guard_bytes = 8 * 1024});
  const Stack stack = pool.Take();
  EXPECT_EQ(stack.bytes(), 24u * 1024);
  EXPECT_FALSE(pool.InGuard(stack, reinterpret_cast<uintptr_t>(stack.low)));
  EXPECT_TRUE(pool.InGuard(stack, reinterpret_cast<uintptr_t>(stack.low) - 1));
  EXPECT_TRUE(pool.InGuard(stack, reinterpret_cast<uintptr_t>(stack.low) - 8 * 1024));
  EXPECT_FALSE(pool.InGuard(stack, reinterpret_cast<uintptr_t>(stack.low) - 8 * 1024 - 1));
  pool.Return(stack);
}

TEST(StackPool, CommitsOnlyWhatIsTouched) {
  StackPool pool;
  const Stack stack = pool.Take();
  EXPECT_EQ(Resident(stack), 0u);
  stack.high[-1] = 1;
  EXPECT_EQ(Resident(stack), Page());
  pool.Return(stack);
}

TEST(StackPool, TheLastOneReturnedIsTheNextOneTaken) {
  StackPool pool;
  const Stack one = pool.Take(), two = pool.Take();
  pool.Return(one);
  pool.Return(two);
  const Stack next = pool.Take();
  EXPECT_EQ(next.low, two.low);
  pool.Return(next);
}

TEST(StackPool, KeepsTheMemoryOfSomeReturnedStacksAndGivesBackThatOfTheOthers) {
  StackPool pool({.warm_most = 2});
  std::vector<Stack> stacks;
  for (int i = 0; i < 5; ++i) {
    stacks.push_back(pool.Take());
    std::memset(stacks.back().low, 1, stacks.back().bytes());
  }
  for (Stack stack : stacks) pool.Return(stack);
  EXPECT_EQ(Resident(stacks[0]), stacks[0].bytes());
  EXPECT_EQ(Resident(stacks[1]), stacks[1].bytes());
  for (int i = 2; i < 5; ++i) EXPECT_EQ(Resident(stacks[i]), 0u) << i;
  EXPECT_EQ(pool.GetStats().warm, 2u);
  EXPECT_EQ(pool.GetStats().taken, 0u);
  EXPECT_EQ(pool.GetStats().mapped, 5u);
}

TEST(StackPool, TakesNoFurtherAddressSpaceForStacksUsedAgain) {
  StackPool pool({.warm_most = 3});
  for (int round = 0; round < 100; ++round) {
    std::vector<Stack> stacks;
    for (int i = 0; i < 10; ++i) stacks.push_back(pool.Take());
    for (Stack stack : stacks) pool.Return(stack);
  }
  EXPECT_EQ(pool.GetStats().mapped, 10u);
}

TEST(StackPool, LeavesNoMappingBehind) {
  for (bool markers : {true, false}) {
    std::vector<Stack> stacks(2000);
    {
      StackPool pool({.markers = markers});
      for (Stack& stack : stacks) stack = pool.Take();
      for (Stack stack : stacks) pool.Return(stack);
    }
    int mapped = 0;
    for (Stack stack : stacks) mapped += msync(stack.low, stack.bytes(), MS_ASYNC) == 0;
    EXPECT_EQ(mapped, 0) << "markers " << markers;
  }
}

TEST(StackPool, AMillionStacksStayFarFromTheLimitOfMappings) {
  if (StackPool pool; pool.GetStats().guard != GuardKind::kMarker) {
    GTEST_SKIP() << "this kernel has no guard markers (6.13 has)";
  }
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
  GTEST_SKIP() << "a sanitizer needs the address space";
#endif
  // Each guard needs its page table, which 64 KiB stacks share by 32: 128 MiB for a million.
  StackPool pool({.stack_bytes = 64 * 1024});
  std::vector<Stack> stacks(1'000'000);
  for (Stack& stack : stacks) {
    stack = pool.Take();
    ASSERT_NE(stack.low, nullptr);
  }
  EXPECT_EQ(pool.GetStats().unguarded, 0u);
  EXPECT_LT(Mappings(), 10'000u);
  for (Stack stack : stacks) pool.Return(stack);
}

TEST(StackPool, ProtectsWhileTheBudgetLasts) {
  StackPool pool({.markers = false, .protections_most = 3});
  EXPECT_EQ(pool.GetStats().guard, GuardKind::kProtection);
  std::vector<Stack> stacks;
  for (int i = 0; i < 5; ++i) stacks.push_back(pool.Take());
  EXPECT_EQ(pool.GetStats().unguarded, 2u);
  for (Stack stack : stacks) pool.Return(stack);
}

TEST(StackPool, ServesManyThreads) {
  StackPool pool({.warm_most = 4});
  std::vector<std::thread> threads;
  std::atomic<int> clashes{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        Stack a = pool.Take(), b = pool.Take();
        a.high[-1] = b.high[-1] = static_cast<char>(t);
        std::this_thread::yield();
        clashes += a.high[-1] != t || b.high[-1] != t;
        pool.Return(a);
        pool.Return(b);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clashes, 0);
  EXPECT_LE(pool.GetStats().mapped, 8u);
}

TEST(StackPoolDeathTest, RefusesSizesThatCannotBe) {
  EXPECT_DEATH(StackPool({.stack_bytes = 5000}), "fatal: a stack of 5000 bytes");
  EXPECT_DEATH(StackPool({.stack_bytes = 4096, .guard_bytes = 4096}), "the stack larger");
}

TEST(StackPoolDeathTest, RefusesToEndUnderSomebodysFeet) {
  EXPECT_DEATH(
      {
        StackPool pool;
        pool.Take();
      },
      "fatal: a stack pool ends with 1 stacks in use");
}

TEST(StackPoolDeathTest, RunsOutOfAddressSpaceWithoutACrash) {
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
  GTEST_SKIP() << "a sanitizer has the address space";
#endif
  EXPECT_EXIT(
      {
        StackPool pool({.stack_bytes = std::size_t{1} << 46});
        const Stack first = pool.Take();
        const Stack second = pool.Take();
        _exit(first.low != nullptr && second.low == nullptr ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

// What follows runs over the end of a task's stack.

StackPool* pool_of_task = nullptr;
Stack stack_of_task;

bool NameTask(uintptr_t address, char* text, std::size_t capacity) {
  if (!pool_of_task->InGuard(stack_of_task, address)) return false;
  std::snprintf(text, capacity, "task 17 (parser)");
  return true;
}

__attribute__((noinline)) int Recurse(int depth) {
  volatile char frame[512];
  frame[depth % 512] = static_cast<char>(depth);
  return depth < 0 ? 0 : Recurse(depth + 1) + frame[depth % 512];
}

struct Flows {
  Flow main;
  Flow task;
};

void RunOver(bool markers, void (*entry)(void*)) {
  StackPool pool({.markers = markers});
  pool_of_task = &pool;
  stack_of_task = pool.Take();
  SignalStack signal_stack;
  InstallOverflowHandler(NameTask);
  Flows flows;
  flows.main.AdoptThread();
  flows.task.Make(stack_of_task.low, stack_of_task.high, entry, &flows);
  SwitchFlow(flows.main, flows.task);
}

TEST(OverflowDeathTest, NamesTheTask) {
  for (bool markers : {true, false}) {
    EXPECT_EXIT(RunOver(markers, [](void*) { Recurse(0); }), testing::KilledBySignal(SIGABRT),
                "^fatal: stack overflow: task 17 \\(parser\\) has used up its stack "
                "\\(fault at 0x[0-9a-f]+\\)\n$")
        << "markers " << markers;
  }
}

TEST(OverflowDeathTest, LeavesOtherFaultsAlone) {
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN) || defined(PROCTOR_UBSAN)
  GTEST_SKIP() << "the sanitizer has a handler of its own";
#endif
  EXPECT_EXIT(RunOver(true,
                      [](void*) {
                        volatile char* nowhere = nullptr;
                        *nowhere = 1;
                      }),
              testing::KilledBySignal(SIGSEGV), "^$");
  EXPECT_EXIT(RunOver(true, [](void*) { raise(SIGSEGV); }), testing::KilledBySignal(SIGSEGV), "^$");
}

TEST(OverflowDeathTest, PassesOtherFaultsToTheHandlerBefore) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        signal(SIGSEGV, [](int) { _exit(42); });
        InstallOverflowHandler(NameTask);
        pool_of_task = new StackPool;
        raise(SIGSEGV);
      },
      testing::ExitedWithCode(42), "");
}

TEST(SignalStack, IsPutBackAsItWas) {
  stack_t before = {}, within = {}, after = {};
  sigaltstack(nullptr, &before);
  {
    SignalStack stack;
    sigaltstack(nullptr, &within);
    EXPECT_EQ(within.ss_flags, 0);
    EXPECT_NE(within.ss_sp, before.ss_sp);
  }
  sigaltstack(nullptr, &after);
  EXPECT_EQ(after.ss_sp, before.ss_sp);
  EXPECT_EQ(after.ss_flags, before.ss_flags);
}

}  // namespace
}  // namespace proctor::runtime
