// A processor in a system call, under the C++ memory model: the thread that returns, the monitor
// and the thread that stops the world all want it; in both of the monitor's ways.
//
// By the status of the processor: one swap decides. By the status of the task: the taker locks it
// in its call, and the returning thread waits as long. Covered: that one of them wins, that the
// winner sees what the thread left there, and that a stop ends though the thread that enters looks
// for it without a fence. The status words are the runtime's; the steps around them are written
// here as in syscalls.cc and stop.cc. Not covered: what comes after, the hand-off.

#include "gtest/gtest.h"
#include "runtime/model/relacy_atomics.h"
#include "runtime/scheduler/scheduler_trace.h"
#include "runtime/scheduler/traced.h"
#include "runtime/sysmon/host.h"

namespace proctor::runtime {
namespace {

using Status = ProcessorStatus;

// `kLasts`: the call lasts until the world is stopped. `kLooksAgain`: whether the stopper does so
// until everybody has stopped.
template <Fault kFault, bool kLasts = false, bool kLooksAgain = true>
struct BySwap : rl::test_suite<BySwap<kFault, kLasts, kLooksAgain>, 3> {
  void thread(unsigned index) {
    if (index == 0) {
      Call();
    } else if (index == 1) {
      Retake();
    } else {
      Stop();
    }
  }

  void Call() {
    owned.Set(1);
    status.Store(Status::kSyscall, std::memory_order_release);
    if (pending.Load(std::memory_order_relaxed)) {
      lock.Acquire();
      if (left > 0 && status.Swap(Status::kSyscall, Status::kStopped)) CountStopped();
      lock.Release();
    }
    while (kLasts && stopped.load(std::memory_order_acquire) == 0) rl::yield(1, $);
    if (status.Load(std::memory_order_relaxed) == Status::kSyscall &&
        status.Swap(Status::kSyscall, Status::kRunning)) {
      UseOwned();
      // Between two calls it passes through the scheduler's loop.
      while (!pending.Load(std::memory_order_acquire)) rl::yield(1, $);
      lock.Acquire();
      status.Store(Status::kStopped);
      CountStopped();
      lock.Release();
    }
  }

  void Retake() {
    if (status.Load(std::memory_order_acquire) != Status::kSyscall) return;
    if (!status.Swap(Status::kSyscall, Status::kIdle)) return;
    UseOwned();
    // The hand-off, to the stopper.
    while (!pending.Load(std::memory_order_acquire)) rl::yield(1, $);
    lock.Acquire();
    status.Store(Status::kStopped);
    CountStopped();
    lock.Release();
  }

  void Stop() {
    lock.Acquire();
    left = 1;
    pending.Store(true);
    Look();
    bool wait = left > 0;
    lock.Release();
    while (wait && !note.woken()) {
      rl::yield(1, $);
      if (!kLooksAgain) continue;
      lock.Acquire();
      Look();
      wait = left > 0;
      lock.Release();
    }
    UseOwned();
    stopped.store(1, std::memory_order_release);
  }

  void Look() {
    if (status.Swap(Status::kSyscall, Status::kStopped)) --left;
  }
  void CountStopped() {
    if (--left == 0) note.Wake();
  }
  // By whom the processor belongs to.
  void UseOwned() { owned.Set(owned.Get() + 1); }

  void after() {
    RL_ASSERT(left == 0);
    RL_ASSERT(status.Load() == Status::kStopped);
  }

  Traced<Status, TraceVariable::kStatus, RelacyAtomics<kFault>> status{Status::kRunning};
  Traced<bool, TraceVariable::kStopPending, RelacyAtomics<kFault>> pending;
  ModelLock lock;
  int left = 0;
  ModelNote note;
  RelacyAtomic<int, Fault::kNone> stopped{0};
  RacyData<int> owned;  // what goes with the processor
};

// The word of a task's status, with the bit by which it is locked in its system call.
template <Fault kFault>
struct ByTaskLock : rl::test_suite<ByTaskLock<kFault>, 3> {
  static constexpr uint32_t kRunning = 3, kInSyscall = 4, kLocked = kInSyscall | 1u << 8;

  void before() { has_processor.Set(true); }

  void thread(unsigned index) {
    if (index == 0) {
      owned.Set(1);
      task.store(kInSyscall, std::memory_order_release);
      for (uint32_t in = kInSyscall; !task.compare_exchange_strong(in, kRunning); in = kInSyscall) {
        rl::yield(1, $);
      }
      if (has_processor.Get()) Use(0);
      return;
    }
    uint32_t in = kInSyscall;
    if (!task.compare_exchange_strong(in, kLocked)) return;
    if (has_processor.Get()) {
      has_processor.Set(false);
      Use(index);
    }
    uint32_t locked = kLocked;
    RL_ASSERT(task.compare_exchange_strong(locked, kInSyscall));
  }

  void Use(unsigned index) {
    owned.Set(owned.Get() + 1);
    ++winners[index];
  }

  void after() { RL_ASSERT(winners[0] + winners[1] + winners[2] == 1); }

  RelacyAtomic<uint32_t, kFault> task{kRunning};
  RacyData<bool> has_processor;
  RacyData<int> owned;
  int winners[3] = {};
};

constexpr int64_t kSchedules = 50'000;

TEST(ProcessorStatusModel, OneWinsByASwap) {
  const ModelResult result = CheckModel<BySwap<Fault::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(ProcessorStatusModel, ACallThatLastsDoesNotKeepTheWorldFromStopping) {
  const ModelResult result = CheckModel<BySwap<Fault::kNone, true>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(ProcessorStatusModel, OneWinsByTheTasksLock) {
  const ModelResult result = CheckModel<ByTaskLock<Fault::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(ProcessorStatusModel, SeededFaultsAreFound) {
  EXPECT_FALSE(CheckModel<BySwap<Fault::kRelaxedStores>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<BySwap<Fault::kSplitSwaps>>(kSchedules).passed);
  EXPECT_FALSE((CheckModel<BySwap<Fault::kNone, true, false>>(kSchedules).passed));
  EXPECT_FALSE(CheckModel<ByTaskLock<Fault::kRelaxedStores>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<ByTaskLock<Fault::kSplitSwaps>>(kSchedules).passed);
}

}  // namespace
}  // namespace proctor::runtime
