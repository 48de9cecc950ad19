// Monitors that misbehave at the port: each is named for what it did, and the next run is none the
// worse.

#include <gtest/gtest.h>
#include <setjmp.h>
#include <signal.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "conformance/port/port.h"
#include "conformance/scenario/library.h"
#include "conformance/world/world.h"

namespace proctor {
namespace {

class Nobody : public EventSink {
 public:
  void Observe(const Event&) override {}
};

// Does next to nothing, and nothing wrong at the port.
constexpr proctor_implementation kRight = {PROCTOR_PORT, "right", "1",
                                           [](const proctor_host* host, void*) {
                                             while (host->sleep_ns(host->self, 20'000) == 0) {
                                             }
                                           },
                                           nullptr};

WorldRun RunMonitor(proctor_monitor monitor) {
  const Scenario& scenario = FindScenario("lone_spinner")->scenario;
  const proctor_implementation implementation = {PROCTOR_PORT, "wrong", "1", monitor, nullptr};
  const WorldOptions options = {.knobs = Knobs::Quiet(scenario)};
  Nobody nobody;
  const WorldRun run = RunWorld(implementation, scenario, options, nobody);
  const WorldRun next = RunWorld(kRight, scenario, options, nobody);
  EXPECT_EQ(next.end, WorldEnd::kDone) << "the run after it: " << next.message;
  return run;
}

void ExpectMisuse(proctor_monitor monitor, const std::string& message) {
  const WorldRun run = RunMonitor(monitor);
  EXPECT_EQ(run.end, WorldEnd::kPortMisuse) << WorldEndName(run.end);
  EXPECT_EQ(run.message, message);
}

using Table = const proctor_host*;

TEST(Misuse, UnlockingWhatIsNotHeld) {
  ExpectMisuse([](Table t, void*) { t->unlock(t->self, PROCTOR_LOCK_SCHED); },
               "the monitor unlocks the sched lock, which it does not hold");
}

TEST(Misuse, LockingTwice) {
  ExpectMisuse(
      [](Table t, void*) {
        t->lock(t->self, PROCTOR_LOCK_ALL_P);
        t->lock(t->self, PROCTOR_LOCK_ALL_P);
      },
      "the monitor locks the all_p lock, which it holds");
}

TEST(Misuse, LockingWhatIsNoLock) {
  ExpectMisuse([](Table t, void*) { t->lock(t->self, 7); },
               "the monitor locks 7, which is no lock");
}

TEST(Misuse, SleepingWithALockHeld) {
  ExpectMisuse(
      [](Table t, void*) {
        t->lock(t->self, PROCTOR_LOCK_MONITOR);
        t->sleep_ns(t->self, 20'000);
      },
      "the monitor calls sleep_ns with the monitor lock held");
}

TEST(Misuse, AProcessorThatDoesNotExist) {
  ExpectMisuse([](Table t, void*) { t->status_of(t->self, 1); },
               "the monitor calls status_of for processor 1; there are 1");
  ExpectMisuse([](Table t, void*) { t->hand_off(t->self, -1); },
               "the monitor calls hand_off for processor -1; there are 1");
}

TEST(Misuse, HandingOffWhatWasNotWon) {
  ExpectMisuse([](Table t, void*) { t->hand_off(t->self, 0); },
               "the monitor hands off processor 0, which it has not won");
}

TEST(Misuse, CallingWithALockThatTheCallTakes) {
  ExpectMisuse(
      [](Table t, void*) {
        t->lock(t->self, PROCTOR_LOCK_SCHED);
        t->add_idle_locked(t->self, 1);
      },
      "the monitor calls add_idle_locked with the sched lock held, which that takes");
}

TEST(Misuse, InjectingTwice) {
  ExpectMisuse(
      [](Table t, void*) {
        proctor_ready_list ready;
        t->poll(t->self, 0, &ready);
        t->inject(t->self, &ready);
        t->inject(t->self, &ready);
      },
      "the monitor injects a list that is not the one of its last poll, or for the second time");
}

TEST(Misuse, BumpingTheTickOfWhatWasNotWon) {
  ExpectMisuse([](Table t, void*) { t->bump_syscall_tick(t->self, 0); },
               "the monitor calls bump_syscall_tick for processor 0, which it has not won");
}

TEST(Misuse, IdleLockedThreadsByAnyNumber) {
  ExpectMisuse([](Table t, void*) { t->add_idle_locked(t->self, 10); },
               "the monitor calls add_idle_locked with 10; it takes 1 or -1");
  ExpectMisuse([](Table t, void*) { t->add_idle_locked(t->self, 0); },
               "the monitor calls add_idle_locked with 0; it takes 1 or -1");
}

TEST(Misuse, NoPlaceForAResult) {
  ExpectMisuse([](Table t, void*) { t->poll(t->self, 0, nullptr); },
               "the monitor calls poll with NULL; it wants a place for its result");
  ExpectMisuse([](Table t, void*) { t->inject(t->self, nullptr); },
               "the monitor calls inject with NULL; it wants the list of a poll");
  ExpectMisuse([](Table t, void*) { t->collector(t->self, nullptr); },
               "the monitor calls collector with NULL; it wants a place for its result");
}

TEST(Misuse, CallingFromAThreadOfItsOwn) {
  ExpectMisuse(
      [](Table t, void*) {
        std::thread([t] { t->hand_off(t->self, 0); }).join();
        while (t->sleep_ns(t->self, 20'000) == 0) {
        }
      },
      "the monitor calls hand_off from a thread of its own: the port is for the monitor's thread");
}

// Where the host's poll faults, a handler of the monitor's own jumps out of it.
sigjmp_buf out_of_the_call;
void JumpOut(int) { siglongjmp(out_of_the_call, 1); }

TEST(Misuse, LeavingACallByAJump) {
  ExpectMisuse(
      [](Table t, void*) {
        static struct sigaction before;
        if (sigsetjmp(out_of_the_call, 1) == 0) {
          struct sigaction jump = {};
          jump.sa_handler = JumpOut;
          jump.sa_flags = SA_ONSTACK;
          sigaction(SIGSEGV, &jump, &before);
          t->poll(t->self, 0, reinterpret_cast<proctor_ready_list*>(8));
        }
        sigaction(SIGSEGV, &before, nullptr);
        t->now_ns(t->self);
      },
      "the monitor calls now_ns although poll has not come back: a call of the port must not be "
      "left by a jump");
}

TEST(Misuse, WritingIntoTheTable) {
  const WorldRun run = RunMonitor([](Table t, void*) {
    const_cast<proctor_host*>(t)->call_yield_hook = nullptr;
    while (t->sleep_ns(t->self, 20'000) == 0) {
    }
  });
  EXPECT_EQ(run.end, WorldEnd::kPortMisuse);
  EXPECT_EQ(run.message, "the monitor writes into the host's table: call_yield_hook");
}

TEST(Misuse, WritingIntoTheConstants) {
  const WorldRun run = RunMonitor([](Table t, void*) {
    const_cast<proctor_constants*>(t->constants)->slice_ns = 1;
    while (t->sleep_ns(t->self, 20'000) == 0) {
    }
  });
  EXPECT_EQ(run.message, "the monitor writes into the host's table: constants");
}

TEST(Misuse, Returning) {
  EXPECT_EQ(RunMonitor([](Table, void*) {}).end, WorldEnd::kReturned);
}

TEST(Misuse, NeverSleeping) {
  const WorldRun run = RunMonitor([](Table t, void*) {
    for (;;) t->now_ns(t->self);
  });
  EXPECT_EQ(run.end, WorldEnd::kNeverSleeps);
}

TEST(Misuse, NeverComingBack) {
  const WorldRun run = RunMonitor([](Table, void*) {
    volatile bool for_ever = true;
    while (for_ever) {
    }
  });
  EXPECT_EQ(run.end, WorldEnd::kNeverComesBack);
}

// A hidden address: the compiler may take a plain null pointer's use for code that is never
// reached.
int* volatile nowhere = nullptr;

TEST(Misuse, Crashing) {
  const WorldRun run = RunMonitor([](Table, void*) { *static_cast<volatile int*>(nowhere) = 1; });
  EXPECT_EQ(run.end, WorldEnd::kCrash);
  EXPECT_EQ(run.message, "the monitor crashed: Segmentation fault");
}

int Deeper(int depth) {
  volatile char space[4096] = {};
  space[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : Deeper(depth + 1) + space[0];
}

TEST(Misuse, OverflowingItsStack) {
  const WorldRun run = RunMonitor([](Table, void*) { Deeper(0); });
  EXPECT_EQ(run.end, WorldEnd::kCrash);
}

TEST(Misuse, Throwing) {
  const WorldRun run = RunMonitor([](Table, void*) { throw std::runtime_error("no such thing"); });
  EXPECT_EQ(run.end, WorldEnd::kCrash);
  EXPECT_EQ(run.message, "an exception came out of the monitor: no such thing");
}

TEST(Misuse, AnotherVersionOfThePort) {
  proctor_implementation implementation = kRight;
  ++implementation.version;
  Nobody nobody;
  const WorldRun run = RunWorld(implementation, FindScenario("lone_spinner")->scenario, {}, nobody);
  EXPECT_EQ(run.end, WorldEnd::kVersionMismatch);
}

TEST(Misuse, AnEndlessLoopThatDoesNotListenIsLeft) {
  const WorldRun run = RunMonitor([](Table t, void*) {
    for (;;) t->sleep_ns(t->self, 20'000);
  });
  EXPECT_EQ(run.end, WorldEnd::kDone);
}

}  // namespace
}  // namespace proctor
