#include "conformance/world/monitor_note.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

TEST(MonitorNote, IsWokenOnceForEachTimeTheFlagIsUp) {
  TestRuntime w(Idle(1));
  w->note.WakeUnderSched(kMainM, Waker::kEnter);
  EXPECT_FALSE(w->note.woken()) << "the monitor does not wait";
  w->note.SetWaits(true);
  w->note.WakeUnderSched(kMainM, Waker::kEnter);
  EXPECT_TRUE(w->note.woken());
  EXPECT_FALSE(w->note.waits()) << "the waker clears it";
  w->note.WakeUnderSched(kMainM, Waker::kExitFast);
  EXPECT_EQ(w.Count(EventKind::kNoteWake), 1);
  w->note.Clear();
  EXPECT_FALSE(w->note.woken());
}

}  // namespace
}  // namespace proctor
