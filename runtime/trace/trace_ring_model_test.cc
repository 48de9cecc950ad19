// A ring of events under the C++ memory model: one thread writes, another reads at the same time.
// Covered: every event that was written is read whole, once and in its order, a full ring refuses,
// and a slot is written again only after it was read. Not covered: signal handlers of the writing
// thread, which are no thread of their own.

#include "gtest/gtest.h"
#include "runtime/model/relacy_atomics.h"
#include "runtime/trace/trace_ring.h"

namespace proctor::runtime {
namespace {

struct ModelEvent {
  ModelEvent(int its_number = 0) : number(its_number) {}  // NOLINT: relacy sets it to 0

  uint64_t order = 0;
  int number;
};

void Stamp(ModelEvent&) {}

// For relacy's histories.
std::ostream& operator<<(std::ostream& stream, const ModelEvent& event) {
  return stream << event.number;
}

template <Fault kFault>
struct WriterAndReader : rl::test_suite<WriterAndReader<kFault>, 2> {
  using Ring = BasicTraceRing<RelacyAtomics<kFault>, ModelEvent, 0>;
  static constexpr int kEvents = 4;
  static constexpr size_t kSlots = 2;

  void thread(unsigned index) { index == 0 ? Write() : Read(); }

  void Write() {
    for (int i = 1; i <= kEvents; ++i) {
      while (!ring.Write(counter, i)) rl::yield(1, $);
    }
  }

  void Read() {
    for (int i = 1; i <= kEvents; ++i) {
      ModelEvent event;
      while (!ring.Read(event)) rl::yield(1, $);
      RL_ASSERT(event.number == i);
      RL_ASSERT(event.order == static_cast<uint64_t>(i));
    }
    ModelEvent none;
    RL_ASSERT(!ring.Read(none));
  }

  RelacyAtomic<uint64_t, kFault> counter{0};
  typename Ring::Slot slots[kSlots];
  Ring ring{slots, kSlots};
};

constexpr int64_t kSchedules = 50'000;

TEST(TraceRingModel, EveryEventIsReadOnceAndWhole) {
  const ModelResult result = CheckModel<WriterAndReader<Fault::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(TraceRingModel, SeededFaultsAreFound) {
  EXPECT_FALSE(CheckModel<WriterAndReader<Fault::kRelaxedStores>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<WriterAndReader<Fault::kRelaxedLoads>>(kSchedules).passed);
}

}  // namespace
}  // namespace proctor::runtime
