#include "conformance/report/cadence.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

Event Sleep(int64_t time_ns, int64_t duration_ns) {
  return MakeEvent(time_ns, EventKind::kShallowSleep, {{Arg::kDurationNs, duration_ns}});
}

TEST(Cadence, AStepIsKeptAndWhatRepeatsIsCounted) {
  CadenceRecorder recorder;
  for (int i = 0; i < 51; ++i) recorder.Observe(Sleep(i, 20'000));
  recorder.Observe(Sleep(60, 40'000));
  recorder.Observe(Sleep(70, 20'000));
  const Cadence cadence = recorder.cadence("idle");
  EXPECT_EQ(cadence.name, "idle");
  EXPECT_EQ(cadence.sleeps, 53);
  EXPECT_EQ(cadence.events,
            (std::vector<Event>{Sleep(0, 20'000), Sleep(60, 40'000), Sleep(70, 20'000)}));
}

TEST(Cadence, AfterADeepSleepTheSameDelayIsAStepAgain) {
  CadenceRecorder recorder;
  recorder.Observe(Sleep(1, 20'000));
  recorder.Observe(MakeEvent(2, EventKind::kDeepSleep, {{Arg::kDurationNs, 60'000'000'000}}));
  recorder.Observe(MakeEvent(3, EventKind::kDeepWake, {{Arg::kCause, 1}}));
  recorder.Observe(Sleep(4, 20'000));
  EXPECT_EQ(recorder.cadence("").events.size(), 4u);
}

TEST(Cadence, CrowdedMarksCountOnceAndTheWholeIsBounded) {
  CadenceRecorder recorder;
  for (int i = 0; i < 1'000; ++i) {
    recorder.Observe(MakeEvent(1 + i * 1'000, EventKind::kThreadWake));
  }
  EXPECT_EQ(recorder.cadence("").events.size(), 1u);
  for (int i = 0; i < 2'000; ++i) recorder.Observe(Sleep(2'000'000 + i, 20'000 << (i % 2)));
  EXPECT_EQ(recorder.cadence("").events.size(), kCadenceEventsMost);
  EXPECT_TRUE(recorder.cadence("").is_cut);
}

TEST(Noise, IsTheStallsAndHowLongWasWatched) {
  CadenceRecorder recorder;
  recorder.Observe(MakeEvent(10, EventKind::kProcessStart));
  recorder.Observe(MakeEvent(20, EventKind::kStall, {{Arg::kDurationNs, 5}}));
  recorder.Observe(MakeEvent(30, EventKind::kStall, {{Arg::kDurationNs, 7}}));
  Noise noise = recorder.noise();
  EXPECT_EQ(noise, (Noise{.stalls = 2, .longest_ns = 7, .total_ns = 12, .watched_ns = 20}));
  noise.Merge(noise);
  EXPECT_EQ(noise, (Noise{.stalls = 4, .longest_ns = 7, .total_ns = 24, .watched_ns = 40}));
}

}  // namespace
}  // namespace proctor
