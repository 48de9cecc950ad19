// When a collection may be forced, and what is traced of one.

#include "runtime/scheduler/collections.h"

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace proctor::runtime {
namespace {

struct Hooks : CollectorHooks {
  bool Enabled() const override { return enabled; }
  int32_t Percent() const override { return percent; }
  void Collect() override { during(); }

  bool enabled = true;
  int32_t percent = 100;
  std::function<void()> during = [] {};
};

constexpr int64_t kPeriodNs = 1000;

TEST(Collections, WithoutACollectorNothingIsDue) {
  Collections collections(nullptr);
  EXPECT_FALSE(collections.enabled());
  EXPECT_FALSE(collections.IsDue(false, INT64_MAX, kPeriodNs));
}

TEST(Collections, OneIsDueWhenThePeriodIsOver) {
  Hooks hooks;
  SchedulerTrace trace(nullptr, 0);
  Collections collections(&hooks);
  EXPECT_FALSE(collections.IsDue(false, INT64_MAX, kPeriodNs));  // there was none yet
  bool due_during = true;
  hooks.during = [&] {
    EXPECT_TRUE(collections.State(false).collecting);
    due_during = collections.IsDue(false, INT64_MAX, kPeriodNs);
  };
  collections.Collect(trace, 7);
  EXPECT_FALSE(due_during);
  EXPECT_EQ(collections.count(), 1);
  const CollectorState state = collections.State(false);
  EXPECT_FALSE(state.collecting);
  const int64_t end_ns = state.last_end_ns;
  hooks.during = [] {};
  collections.Collect(trace, 7);
  EXPECT_GE(collections.State(false).last_end_ns, end_ns);
  const int64_t last_ns = collections.State(false).last_end_ns;
  EXPECT_FALSE(collections.IsDue(false, last_ns + kPeriodNs, kPeriodNs));
  EXPECT_TRUE(collections.IsDue(false, last_ns + kPeriodNs + 1, kPeriodNs));
  EXPECT_FALSE(collections.IsDue(true, last_ns + kPeriodNs + 1, kPeriodNs));
  hooks.percent = -1;
  EXPECT_FALSE(collections.IsDue(false, last_ns + kPeriodNs + 1, kPeriodNs));
  hooks.percent = 0;
  EXPECT_TRUE(collections.IsDue(false, last_ns + kPeriodNs + 1, kPeriodNs));
  hooks.enabled = false;
  EXPECT_FALSE(collections.IsDue(false, last_ns + kPeriodNs + 1, kPeriodNs));
}

TEST(Collections, IsTracedAroundTheWork) {
  Hooks hooks;
  SchedulerTrace trace(nullptr, 64);
  trace.tracer().Start();
  TraceReader reader(trace.tracer());
  Collections collections(&hooks);
  std::vector<TraceKind> kinds;
  size_t before = 0;
  const auto drain = [&] {
    reader.Drain([&](const TraceEvent& event) { kinds.push_back(event.kind); });
  };
  hooks.during = [&] {
    drain();
    before = kinds.size();
  };
  collections.Collect(trace, 7);
  drain();
  EXPECT_EQ(before, 2u);
  EXPECT_EQ(kinds, (std::vector{TraceKind::kWrite, TraceKind::kCollectionBegin, TraceKind::kWrite,
                                TraceKind::kWrite, TraceKind::kCollection}));
}

TEST(Collections, TheHelpersFlag) {
  Collections collections(nullptr);
  SchedulerTrace trace(nullptr, 0);
  EXPECT_FALSE(collections.ReadHelperIdle(trace));
  LockGuard guard(collections.helper_lock());
  collections.SetHelperIdle(trace, true);
  EXPECT_TRUE(collections.helper_idle());
  collections.SetHelperIdle(trace, false);
  EXPECT_FALSE(collections.helper_idle());
}

}  // namespace
}  // namespace proctor::runtime
