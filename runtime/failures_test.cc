// What goes wrong in a task or in the system under it, and how it ends: with a line that says what
// and whose, never with a hang.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>

#include "runtime/arch/sanitizers.h"
#include "runtime/channel.h"
#include "runtime/os/linux/clock.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace proctor::runtime {
namespace {

constexpr int64_t kMs = 1'000'000;

#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
constexpr bool kOwnMemory = true;  // the sanitizer wants terabytes of address space for itself
#else
constexpr bool kOwnMemory = false;
#endif

void RunOn(int32_t procs, TaskFunction main) {
  Options options;
  options.procs = procs;
  Runtime runtime(options);
  runtime.Run(std::move(main));
}

void RunOnTwo(TaskFunction main) { RunOn(2, std::move(main)); }

// --- Exceptions ----------------------------------------------------------------------------------

// In flight while others throw and catch on the same threads.
TEST(FailuresTest, ExceptionsOfTasksAreKeptApart) {
  std::atomic<int> right = 0;
  RunOnTwo([&] {
    WaitGroup done(200);
    for (int i = 0; i < 200; ++i) {
      Go([&, i] {
        try {
          try {
            throw std::runtime_error(std::to_string(i));
          } catch (...) {
            for (int n = 0; n < 5; ++n) {
              if (n % 2 == 0) Yield();
              if (n % 2 == 1) SleepFor(10'000);
            }
            throw;  // its own, not the last one that was caught here
          }
        } catch (const std::runtime_error& error) {
          right += error.what() == std::to_string(i) && std::uncaught_exceptions() == 0;
        }
        done.Done();
      });
    }
    done.Wait();
  });
  EXPECT_EQ(right, 200);
}

class FailuresDeathTest : public testing::Test {
 protected:
  void SetUp() override { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST_F(FailuresDeathTest, AnExceptionOfTheMainTaskNamesIt) {
  EXPECT_EXIT(RunOnTwo([] { throw std::runtime_error("out of luck"); }),
              testing::KilledBySignal(SIGABRT), "task [0-9]+ .main. threw .*out of luck");
}

TEST_F(FailuresDeathTest, AnExceptionOfAnyTypeNamesItsTask) {
  EXPECT_EXIT(RunOnTwo([] {
                Go(
                    [] {
                      SleepFor(kMs);  // it goes on elsewhere
                      throw 17;
                    },
                    "gambler");
                SleepFor(60'000 * kMs);
              }),
              testing::KilledBySignal(SIGABRT), "task [0-9]+ .gambler. threw .*not derived from");
}

// --- Stacks --------------------------------------------------------------------------------------

// Not a tail call, and not to be seen through.
[[gnu::noinline]] int Deeper(volatile int* depth) {
  volatile char frame[256];
  frame[0] = static_cast<char>(*depth);
  *depth = *depth + 1;
  if (*depth < 0) return 0;
  return Deeper(depth) + frame[0];
}

TEST_F(FailuresDeathTest, AStackThatOverflowsNamesItsTask) {
  EXPECT_EXIT(RunOnTwo([] {
                Go(
                    [] {
                      volatile int depth = 0;
                      Deeper(&depth);
                    },
                    "digger");
                SleepFor(60'000 * kMs);
              }),
              testing::KilledBySignal(SIGABRT),
              "stack overflow: task [0-9]+ .digger. has used up its stack");
}

// --- Waiting for ever ----------------------------------------------------------------------------

TEST(FailuresTest, ATaskThatWaitsForEverKeepsNobody) {
  int others = 0;
  RunOnTwo([&] {
    Channel<int> nobody_sends;
    Go([&] { nobody_sends.Receive(); });
    for (int i = 0; i < 100; ++i) {
      WaitGroup done(1);
      Go([&] {
        ++others;
        done.Done();
      });
      done.Wait();
    }
  });
  EXPECT_EQ(others, 100);
}

TEST_F(FailuresDeathTest, AllTasksWaitingForEverIsADeadlock) {
  EXPECT_EXIT(RunOnTwo([] {
                Channel<int> one;
                Channel<int> other;
                Go([&] { one.Receive(); });
                Go([&] { SleepFor(20 * kMs); });  // as long as one may go on there is none
                other.Receive();
              }),
              testing::ExitedWithCode(2), "deadlock");
}

// --- Used wrongly --------------------------------------------------------------------------------

TEST_F(FailuresDeathTest, WrongUsesAreNamed) {
  EXPECT_DEATH(Go([] {}), "outside of one");
  EXPECT_DEATH(Yield(), "outside of one");
  EXPECT_DEATH(RunOnTwo([] {
                 SystemCall outer;
                 SystemCall inner;
               }),
               "enters a system call within one");
  EXPECT_DEATH(
      {
        Runtime runtime;
        runtime.Run([] {});
        runtime.Run([] {});
      },
      "Run was called twice");
}

TEST_F(FailuresDeathTest, WaitingInASystemCallIsNamed) {
  EXPECT_DEATH(RunOnTwo([] {
                 SystemCall call;
                 Channel<int>().Receive();
               }),
               "waits or yields within a system call");
  EXPECT_DEATH(RunOnTwo([] {
                 SystemCall call;
                 Yield();
               }),
               "waits or yields within a system call");
}

// --- No resources left ----------------------------------------------------------------------

int64_t AddressSpaceBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;
  file >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

void Limit(int resource, int64_t value) {
  const rlimit limit = {static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
  if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) std::abort();
}

// So much more than there is now, and no more.
void LimitAddressSpace(int64_t more_bytes) { Limit(RLIMIT_AS, AddressSpaceBytes() + more_bytes); }

TEST_F(FailuresDeathTest, NoMemoryForAStack) {
  if (kOwnMemory) GTEST_SKIP() << "the address space cannot be limited under this sanitizer";
  // On one processor, as the second one's thread may still have to start.
  EXPECT_EXIT(RunOn(1,
                    [] {
                      LimitAddressSpace(100 << 20);
                      for (;;) Go([] { SleepFor(60'000 * kMs); });
                    }),
              testing::ExitedWithCode(2), "out of memory: no stack for task [0-9]+");
}

// Each task in a system call that lasts takes a thread. All have their stacks before the limit
// comes, and one after the other is in its call before the next one goes: nothing but threads can
// run out.
void BlockThreads(const std::function<void()>& limit) {
  constexpr int kTasks = 1000;
  std::atomic<int> started = 0;
  std::atomic<int> entered = 0;
  Channel<bool> go;
  for (int i = 0; i < kTasks; ++i) {
    Go([&] {
      ++started;
      go.Receive();
      SystemCall call;
      ++entered;
      SleepNs(60'000 * kMs);
    });
  }
  while (started < kTasks) Yield();
  limit();
  for (int i = 1; i <= kTasks; ++i) {
    go.Send(true);
    while (entered < i) Yield();
  }
}

TEST_F(FailuresDeathTest, NoMemoryForAThread) {
  if (kOwnMemory) GTEST_SKIP() << "the address space cannot be limited under this sanitizer";
  EXPECT_EXIT(RunOnTwo([] { BlockThreads([] { LimitAddressSpace(3 << 20); }); }),
              testing::KilledBySignal(SIGABRT),
              "cannot start (a )?thread|out of memory in the scheduler");
}

// The limit of threads does not hold for root.
bool BecomeNobody() {
  constexpr uid_t kNobody = 65534;
  return geteuid() != 0 || setresuid(kNobody, kNobody, kNobody) == 0;
}

// Tried by a child, as there is no way back.
bool BecomesNobody() {
  const pid_t child = fork();
  if (child == 0) _exit(BecomeNobody() ? 0 : 1);
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

TEST_F(FailuresDeathTest, NoMoreThreads) {
  if (kOwnMemory) GTEST_SKIP() << "this sanitizer starts threads of its own";
  if (!BecomesNobody())
    GTEST_SKIP() << "root may start any number, and cannot be anybody else here";
  EXPECT_EXIT(
      {
        if (!BecomeNobody()) std::abort();
        RunOnTwo([] { BlockThreads([] { Limit(RLIMIT_NPROC, 40); }); });
      },
      testing::KilledBySignal(SIGABRT), "cannot start thread [0-9]+: Resource temporarily unavail");
}

TEST_F(FailuresDeathTest, NoDescriptorForThePoller) {
#if defined(PROCTOR_UBSAN)
  GTEST_SKIP()
      << "UndefinedBehaviorSanitizer looks at memory by a pipe, and takes none for a fault";
#endif
  EXPECT_EXIT(
      {
        Limit(RLIMIT_NOFILE, 3);
        RunOnTwo([] { SleepFor(kMs); });
      },
      testing::KilledBySignal(SIGABRT), "cannot open the network poller");
}

}  // namespace
}  // namespace proctor::runtime
