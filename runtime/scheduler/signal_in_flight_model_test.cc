// One preemption signal in flight, under the C++ memory model: two threads ask a third one.
// Covered: that there is never a second signal, and that a handler's work is over before the next
// signal is sent. Not covered: that a request is seen; it may be missed, and is made again.

#include "gtest/gtest.h"
#include "runtime/model/relacy_atomics.h"
#include "runtime/scheduler/signal_in_flight.h"

namespace proctor::runtime {
namespace {

template <Fault kFault>
struct Asking : rl::test_suite<Asking<kFault>, 3> {
  static constexpr int kAsks = 2;

  void before() { pending.Set(false); }

  void thread(unsigned index) {
    if (index == 2) return Handle();
    for (int i = 0; i < kAsks; ++i) {
      if (!signal.Claim()) continue;
      RL_ASSERT(!pending.Get());
      pending.Set(true);
      delivered.fetch_add(1, std::memory_order_acq_rel);  // the kernel's part
    }
    done.fetch_add(1, std::memory_order_acq_rel);
  }

  void Handle() {
    for (int handled = 0;;) {
      const bool last = done.load(std::memory_order_acquire) == 2;
      if (handled < delivered.load(std::memory_order_acquire)) {
        ++handled;
        RL_ASSERT(pending.Get());
        pending.Set(false);
        signal.Arrived();
      } else if (last) {
        return;
      } else {
        rl::yield(1, $);
      }
    }
  }

  void after() { RL_ASSERT(signal.Claim()); }

  BasicSignalInFlight<RelacyAtomics<kFault>> signal;
  RacyData<bool> pending;  // the signal itself
  RelacyAtomic<int, Fault::kNone> delivered{0}, done{0};
};

constexpr int64_t kSchedules = 50'000;

TEST(SignalInFlightModel, ThereIsOneAtMost) {
  const ModelResult result = CheckModel<Asking<Fault::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(SignalInFlightModel, SeededFaultsAreFound) {
  EXPECT_FALSE(CheckModel<Asking<Fault::kSplitExchanges>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<Asking<Fault::kRelaxedStores>>(kSchedules).passed);
}

}  // namespace
}  // namespace proctor::runtime
