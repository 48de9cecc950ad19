// The order in which idle processors are taken, and their count.

#include "runtime/scheduler/idle_processors.h"

#include <vector>

#include "gtest/gtest.h"

namespace proctor::runtime {
namespace {

TEST(IdleProcessors, TheLastOneIsTakenFirst) {
  SchedulerTrace trace(nullptr, 0);
  SchedLock lock(trace);
  const SchedGuard guard(lock);
  IdleProcessors idle;
  Processor first(0), second(1);
  EXPECT_EQ(idle.Take(kNoTrace), nullptr);
  idle.Put(kNoTrace, &first);
  idle.Put(kNoTrace, &second);
  EXPECT_EQ(idle.count(), 2);
  std::vector<int32_t> ids;
  idle.ForEach([&](const Processor& p) { ids.push_back(p.id); });
  EXPECT_EQ(ids, (std::vector<int32_t>{1, 0}));
  EXPECT_EQ(idle.Take(kNoTrace), &second);
  EXPECT_EQ(idle.count(), 1);
  EXPECT_EQ(idle.Take(kNoTrace), &first);
  EXPECT_EQ(idle.Take(kNoTrace), nullptr);
  EXPECT_EQ(idle.count(), 0);
}

// Says what the count was at the time of each trace.
struct Order {
  const IdleProcessors& idle;
  std::vector<int32_t> counts;
  template <typename T>
  void Write(TraceVariable variable, T value, int32_t, int64_t) {
    EXPECT_EQ(variable, TraceVariable::kIdleProcessors);
    counts.push_back(value * 10 + idle.count());
  }
};

TEST(IdleProcessors, PuttingIsTracedBeforeAndTakingAfter) {
  SchedulerTrace trace(nullptr, 0);
  SchedLock lock(trace);
  const SchedGuard guard(lock);
  IdleProcessors idle;
  Processor p(0);
  Order order = {idle, {}};
  idle.Put(order, &p);
  idle.Take(order);
  EXPECT_EQ(order.counts, (std::vector<int32_t>{10, 0}));
}

}  // namespace
}  // namespace proctor::runtime
