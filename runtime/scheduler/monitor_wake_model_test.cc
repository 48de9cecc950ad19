// The monitor's deep sleep, under the C++ memory model: wakers see its flag, and one of them wakes
// its note. Covered: that a sleep ends when there is something to watch, and that it is ended once.
// The flag is the runtime's (BasicMonitorWake); the monitor's and the wakers' steps are written
// here as in sysmon.cc and syscalls.cc. Not covered: the sleep's time-out.

#include "gtest/gtest.h"
#include "runtime/model/relacy_atomics.h"
#include "runtime/scheduler/monitor_wake.h"

namespace proctor::runtime {
namespace {

// Counts the wake-ups between two clears.
class CountingNote {
 public:
  void Wake() {
    RL_ASSERT(wakes_.fetch_add(1) == 0);
    note_.Wake();
  }
  void Clear() {
    note_.Clear();
    wakes_.store(0);
  }
  void Sleep() const { note_.Sleep(); }
  bool woken() const { return note_.woken(); }

 private:
  ModelNote note_;
  RelacyAtomic<int, Fault::kNone> wakes_{0};
};

enum class Bug { kNone, kFlagAfterTheLock, kWakeWithoutTheLock };

// Two threads come back from system calls to idle processors; until then nothing is to be watched.
template <Bug kBug>
struct DeepSleep : rl::test_suite<DeepSleep<kBug>, 3> {
  void thread(unsigned index) { index == 0 ? Monitor() : ComeBack(); }

  void Monitor() NO_THREAD_SAFETY_ANALYSIS {
    lock.Acquire();
    if (busy > 0) {
      lock.Release();
      return;
    }
    if (kBug == Bug::kFlagAfterTheLock) lock.Release();
    monitor.SetWaits(kNoTrace, true);
    if (kBug != Bug::kFlagAfterTheLock) lock.Release();
    monitor.note().Sleep();
    lock.Acquire();
    monitor.SetWaits(kNoTrace, false);
    monitor.note().Clear();
    RL_ASSERT(busy > 0);
    lock.Release();
  }

  void ComeBack() NO_THREAD_SAFETY_ANALYSIS {
    lock.Acquire();
    ++busy;
    if (kBug == Bug::kWakeWithoutTheLock) lock.Release();
    monitor.Wake(kNoTrace, Waker::kExitFast);
    if (kBug != Bug::kWakeWithoutTheLock) lock.Release();
  }

  BasicMonitorWake<RelacyAtomics<Fault::kNone>, CountingNote> monitor;
  ModelLock lock;
  int busy = 0;  // processors that are not idle
};

constexpr int64_t kSchedules = 50'000;

TEST(MonitorWakeModel, ASleepEndsOnceWhenThereIsSomethingToWatch) {
  const ModelResult result = CheckModel<DeepSleep<Bug::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(MonitorWakeModel, SeededFaultsAreFound) {
  EXPECT_FALSE(CheckModel<DeepSleep<Bug::kFlagAfterTheLock>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<DeepSleep<Bug::kWakeWithoutTheLock>>(kSchedules).passed);
}

}  // namespace
}  // namespace proctor::runtime
