// Spinning, giving a processor back and parking, under the C++ memory model: no wake-up is lost.
//
// A thread that computes on makes a task runnable; another one finds nothing, gives its processor
// back and parks. Whatever the order, the task runs: on the second thread, as the first one does
// not come back to it. The counts, WakeIsDue and the run queue are the runtime's; the steps around
// them are written here as in runnable.cc, find_task.cc and workers.cc. Not covered: timers, the
// network, a third thread.

#include "gtest/gtest.h"
#include "runtime/model/relacy_atomics.h"
#include "runtime/scheduler/local_queue.h"
#include "runtime/scheduler/scheduler_trace.h"
#include "runtime/scheduler/spinning_threads.h"

namespace proctor::runtime {
namespace {

Task task;

struct Worker {
  bool spinning = false;
};

// `kNext`: the task comes next on its processor; else it goes to the ring. `kSpins`: whether the
// second thread looks for work of others, and counts itself in for it.
// `kLooksOnceMore`: whether it does so after it has counted itself out.
template <Fault kFault, bool kNext, bool kSpins, bool kLooksOnceMore = true>
struct Parking : rl::test_suite<Parking<kFault, kNext, kSpins, kLooksOnceMore>, 2> {
  using Atomics = RelacyAtomics<kFault>;

  struct Idle {
    int32_t count(std::memory_order order) const { return processors.load(order); }
    RelacyAtomic<int32_t, kFault> processors{0};
  };

  void thread(unsigned index) { index == 0 ? MakeRunnable() : FindTask(); }

  void MakeRunnable() {
    if (kNext) {
      queue.PutNext(&task);
    } else {
      queue.Put(&task);
      Atomics::Fence(std::memory_order_seq_cst);
    }
    if (!spinning.WakeIsDue(idle)) return;
    if (!spinning.TryJoinFirst()) return;
    lock.Acquire();
    const bool got = TakeIdle();
    if (!got) spinning.Cancel(kNoTrace);
    lock.Release();
    if (!got) return;
    worker.spinning = true;  // it is asleep, or about to be
    note.Wake();
  }

  void FindTask() {
    if (kSpins) spinning.Join(kNoTrace, worker);
    for (;;) {
      if (TakeWork()) return;
      if (!GiveBack()) continue;
      if (worker.spinning && LookOnceMore()) continue;
      note.Sleep();
      note.Clear();
    }
  }

  bool TakeWork() { return queue.Steal(own, true, nullptr, nullptr) != nullptr; }

  // False: it keeps the processor, and spins.
  bool GiveBack() {
    lock.Acquire();
    const bool keeps = !worker.spinning && spinning.wanted();
    if (keeps) {
      spinning.Fulfil();
      spinning.Join(kNoTrace, worker);
      lock.Release();
      return false;
    }
    idle.processors.store(idle.processors.load(std::memory_order_relaxed) + 1);
    const bool wanted = !worker.spinning && spinning.wanted();
    if (wanted) {
      spinning.Fulfil();
      TakeIdle();
      spinning.Join(kNoTrace, worker);
    }
    lock.Release();
    return !wanted;
  }

  bool LookOnceMore() {
    spinning.Leave(kNoTrace, worker);
    if (!kLooksOnceMore) return false;
    Atomics::Fence(std::memory_order_seq_cst);
    if (queue.Empty()) return false;
    lock.Acquire();
    const bool got = TakeIdle();
    if (!got) spinning.Want();
    lock.Release();
    if (got) spinning.Join(kNoTrace, worker);
    return got;
  }

  bool TakeIdle() {
    const int32_t count = idle.processors.load(std::memory_order_relaxed);
    if (count == 0) return false;
    idle.processors.store(count - 1);
    return true;
  }

  void after() { RL_ASSERT(queue.Empty()); }

  BasicSpinningThreads<Atomics> spinning;
  Idle idle;
  BasicLocalQueue<Atomics, 2> queue, own;  // the first thread's processor's, and the second's
  ModelLock lock;
  ModelNote note;
  Worker worker;
};

constexpr int64_t kSchedules = 50'000;

template <bool kNext, bool kSpins>
void ExpectNoneLost() {
  const ModelResult result =
      CheckModel<Parking<Fault::kNone, kNext, kSpins>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(SpinningModel, AThreadThatSpinsSeesWhatComesNext) { ExpectNoneLost<true, true>(); }
TEST(SpinningModel, AThreadThatSpinsSeesTheRing) { ExpectNoneLost<false, true>(); }
TEST(SpinningModel, AThreadThatDoesNotSpinSeesWhatComesNext) { ExpectNoneLost<true, false>(); }
TEST(SpinningModel, AThreadThatDoesNotSpinSeesTheRing) { ExpectNoneLost<false, false>(); }

TEST(SpinningModel, SeededFaultsAreFound) {
  EXPECT_FALSE((CheckModel<Parking<Fault::kNoTotalOrder, true, true>>(kSchedules).passed));
  EXPECT_FALSE((CheckModel<Parking<Fault::kNoTotalOrder, true, false>>(kSchedules).passed));
  EXPECT_FALSE((CheckModel<Parking<Fault::kNoFences, false, true>>(kSchedules).passed));
  EXPECT_FALSE((CheckModel<Parking<Fault::kNone, true, true, false>>(kSchedules).passed));
}

}  // namespace
}  // namespace proctor::runtime
