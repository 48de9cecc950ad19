// The timers of one processor under the C++ memory model: a thread sets a timer and stops it again,
// others take what is due, as its owner and thieves do. Covered: a timer's function runs at most
// once for each time that it was set; when a stop returns, it has run or never will, and what it
// did is seen; and a thread that goes idle and one that sets a timer do not miss each other. Not
// covered: several timers in a heap (timer_heap_test has the heap's order), and its adoption by
// another processor, which is done with the world stopped.

#include "gtest/gtest.h"
#include "runtime/model/relacy_atomics.h"
#include "runtime/scheduler/timer_heap.h"

namespace proctor::runtime {
namespace {

class CAPABILITY("lock") HeapLock {
 public:
  void Acquire() ACQUIRE() { lock_.Acquire(); }
  void Release() RELEASE() { lock_.Release(); }

 private:
  ModelLock lock_;
};

constexpr int64_t kDueNs = 5;

template <Fault kFault>
struct Stealing : rl::test_suite<Stealing<kFault>, 3> {
  using Heap = BasicTimerHeap<RelacyAtomics<kFault>, HeapLock>;

  void before() { runs.Set(0); }

  void thread(unsigned index) {
    if (index == 0) {
      SetAndStop();
    } else {
      RunDue();
      RunDue();
    }
  }

  void SetAndStop() {
    timer.when_ns = kDueNs;
    timer.argument = this;
    timer.function = [](void* suite, uint64_t) {
      auto* self = static_cast<Stealing*>(suite);
      self->runs.Set(self->runs.Get() + 1);
    };
    for (int set = 1; set <= 2; ++set) {
      RL_ASSERT(heap.Add(timer));
      const int before = stopped;
      if (Heap::Remove(timer)) ++stopped;
      // What the function did is seen, or it did nothing.
      RL_ASSERT(runs.Get() == set - stopped);
      RL_ASSERT(stopped - before <= 1);
    }
  }

  void RunDue() {
    typename Heap::Fired fired;
    if (!heap.TakeDue(kDueNs, fired)) return;
    fired.function(fired.argument, fired.ticket);
    Heap::Done(fired);
  }

  Heap heap{0};
  typename Heap::Timer timer;
  RacyData<int> runs;
  int stopped = 0;
};

// One thread goes idle: it says so, and then looks when the earliest timer is due. Another one sets
// a timer, and then looks whether somebody has to be told.
template <Fault kFault>
struct GoingIdle : rl::test_suite<GoingIdle<kFault>, 2> {
  using Heap = BasicTimerHeap<RelacyAtomics<kFault>, HeapLock>;

  void thread(unsigned index) {
    if (index == 0) {
      idle.store(1, std::memory_order_seq_cst);
      sees_timer = heap.earliest_ns() == kDueNs;
    } else {
      timer.when_ns = kDueNs;
      heap.Add(timer);
      sees_idle = idle.load(std::memory_order_seq_cst) == 1;
    }
  }
  void after() { RL_ASSERT(sees_timer || sees_idle); }

  Heap heap{0};
  typename Heap::Timer timer;
  RelacyAtomic<int, kFault> idle{0};
  bool sees_timer = false;
  bool sees_idle = false;
};

constexpr int64_t kSchedules = 50'000;

TEST(TimerHeapModel, ATimerRunsOnceOrIsStopped) {
  const ModelResult result = CheckModel<Stealing<Fault::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(TimerHeapModel, WhoGoesIdleSeesTheTimerOrIsSeen) {
  const ModelResult result = CheckModel<GoingIdle<Fault::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(TimerHeapModel, SeededFaultsAreFound) {
  EXPECT_FALSE(CheckModel<Stealing<Fault::kRelaxedStores>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<Stealing<Fault::kRelaxedLoads>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<GoingIdle<Fault::kNoTotalOrder>>(kSchedules).passed);
}

}  // namespace
}  // namespace proctor::runtime
