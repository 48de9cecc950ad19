#include "conformance/world/edges.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;

class EdgesTest : public testing::Test {
 protected:
  EdgesTest() : w(Idle(1), Near()) {}
  static Knobs Near() {
    Knobs knobs = Still(Idle(1));
    knobs.edge_permille = 1;
    return knobs;
  }

  TestRuntime w;
};

TEST_F(EdgesTest, ASightingHasTheAgeOfASlice) {
  const int64_t seen_ns = kBootNs + 100 * kMs;
  w->edges.SeeNow(seen_ns);
  w->edges.SeeScheduleTick(0, 7);
  w->edges.SeeNow(seen_ns + kMs);
  w->edges.SeeScheduleTick(0, 7);
  EXPECT_EQ(w->edges.NextNs(seen_ns + 1), seen_ns + 10 * kMs) << "since it was first seen";
  w->edges.SeeScheduleTick(0, 8);
  EXPECT_EQ(w->edges.NextNs(seen_ns + 1), seen_ns + 11 * kMs);
}

TEST_F(EdgesTest, TheMomentItselfCounts) {
  const int64_t edge_ns = kBootNs + 10 * kMs;  // the last poll is stale
  EXPECT_EQ(w->edges.NextNs(edge_ns), edge_ns);
  EXPECT_GT(w->edges.NextNs(edge_ns + 1), edge_ns);
}

}  // namespace
}  // namespace proctor
