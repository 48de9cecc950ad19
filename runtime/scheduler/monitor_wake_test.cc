// One wake-up a sleep. monitor_wake_model_test goes through the orders of several threads.

#include "runtime/scheduler/monitor_wake.h"

#include "gtest/gtest.h"

namespace proctor::runtime {
namespace {

TEST(MonitorWake, OneWakerWakesTheNote) {
  SchedulerTrace trace(nullptr, 64);
  trace.tracer().Start();
  SchedLock lock(trace);
  MonitorWake monitor;
  const SchedGuard guard(lock);
  monitor.Wake(trace, Waker::kEnter);  // it does not wait
  EXPECT_FALSE(monitor.note().woken());
  monitor.SetWaits(trace, true);
  EXPECT_TRUE(monitor.waits());
  EXPECT_TRUE(monitor.ReadWaits(trace));
  monitor.Wake(trace, Waker::kExitFast);
  EXPECT_FALSE(monitor.waits());
  EXPECT_TRUE(monitor.note().woken());
  monitor.note().Clear();
  monitor.Wake(trace, Waker::kExitSlow);  // somebody has done so
  EXPECT_FALSE(monitor.note().woken());

  int wakes = 0;
  TraceReader(trace.tracer()).Drain([&](const TraceEvent& event) {
    if (event.kind != TraceKind::kNoteWake) return;
    ++wakes;
    EXPECT_EQ(event.args[0], static_cast<int64_t>(Waker::kExitFast));
  });
  EXPECT_EQ(wakes, 1);
}

}  // namespace
}  // namespace proctor::runtime
