#include "conformance/world/hand_off.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

// Processor 1 belongs to nobody, as after a swap out of a system call.
class HandOffTest : public testing::Test {
 protected:
  HandOffTest()
      : scenario(WithTasks(3, {{.ops = {For(Op::kSpin, 1)}, .start = false}})),
        w(scenario, Still(scenario)) {
    EXPECT_EQ(w->processors.GetIdle(kMainM), 1);
    assigned = w.Count(EventKind::kAssign);
  }
  bool Assigned() const { return w.Count(EventKind::kAssign) == assigned + 1; }

  const Scenario scenario;
  TestRuntime w;
  int64_t assigned = 0;
};

TEST_F(HandOffTest, LocalWorkGetsAThread) {
  w->queues.PutLocal(kMainM, 1, w->tasks.NewTask(0), false);
  w->hand_off.Start(kMonitorM, 1);
  EXPECT_TRUE(Assigned());
  EXPECT_EQ(w.Last(EventKind::kAssign).p, 1);
}

TEST_F(HandOffTest, GlobalWorkGetsAThread) {
  w->queues.PutGlobal(kMainM, w->tasks.NewTask(0));
  w->hand_off.Start(kMonitorM, 1);
  EXPECT_TRUE(Assigned());
}

TEST_F(HandOffTest, WithoutWorkItGoesIdle) {
  w->hand_off.Start(kMonitorM, 1);
  EXPECT_FALSE(Assigned());
  EXPECT_EQ(w->processors.At(1).status, PROCTOR_P_IDLE);
  EXPECT_EQ(w->processors.GetIdle(kMainM), 1);
}

TEST_F(HandOffTest, WithNobodyFreeAThreadLooksForWork) {
  EXPECT_EQ(w->processors.GetIdle(kMainM), 2);
  w->hand_off.Start(kMonitorM, 1);
  EXPECT_TRUE(Assigned());
  EXPECT_EQ(w.Last(EventKind::kAssign).Get(Arg::kSpinning), 1);
  EXPECT_EQ(w->threads.spinning(), 1);
}

}  // namespace
}  // namespace proctor
