// A function runs once for every processor: whatever its thread is at.

#include "runtime/scheduler/safe_points.h"

#include <array>
#include <atomic>

#include "gtest/gtest.h"
#include "runtime/os/linux/clock.h"
#include "runtime/runtime.h"
#include "runtime/scheduler/scheduler.h"
#include "runtime/scheduler/scheduler_trace.h"
#include "runtime/scheduler/stop.h"

namespace proctor::runtime {
namespace {

constexpr int32_t kProcs = 4;
std::array<std::atomic<int>, kProcs> calls;

void Count(int32_t processor) { calls[static_cast<size_t>(processor)].fetch_add(1); }

TEST(SafePoints, AnAskIsClaimedOnce) {
  calls[1] = 0;
  SafePoints points;
  Processor p(1);
  points.Begin(Count, 1);
  points.RunIfAsked(kNoTrace, p);
  EXPECT_EQ(calls[1].load(), 0);
  EXPECT_EQ(points.left(), 1);
  SafePoints::Ask(kNoTrace, p);
  points.RunIfAsked(kNoTrace, p);
  points.RunIfAsked(kNoTrace, p);
  EXPECT_EQ(calls[1].load(), 1);
  EXPECT_EQ(points.left(), 0);
}

// One task asks, one computes and gives way, one is in a call that lasts, and the fourth processor
// is idle. By either way to take a processor out of a system call.
void ExpectOneCallEach(bool take_by_task_lock) {
  for (auto& count : calls) count = 0;
  Options options;
  options.procs = kProcs;
  options.monitor.take_by_task_lock = take_by_task_lock;
  Runtime runtime(options);
  std::atomic<bool> computing = false, calling = false, done = false;
  std::atomic<int> left = 2;
  runtime.Run([&] {
    Go([&] {
      while (!done.load()) {
        computing = true;
        Poll();
      }
      left.fetch_sub(1);
    });
    Go([&] {
      {
        const SystemCall call;
        while (!done.load()) {
          calling = true;
          SleepNs(100'000);
        }
      }
      left.fetch_sub(1);
    });
    while (!computing.load() || !calling.load()) Yield();
    constexpr int kRounds = 20;
    for (int round = 1; round <= kRounds; ++round) {
      RunForEachProcessor(runtime.scheduler().parts(), Count);
      for (const auto& count : calls) EXPECT_EQ(count.load(), round);
    }
    done = true;
    while (left.load() > 0) Yield();
  });
}

TEST(SafePoints, TheFunctionRunsOnceForEachProcessor) { ExpectOneCallEach(false); }
TEST(SafePoints, TheFunctionRunsOnceForEachProcessorByTaskLock) { ExpectOneCallEach(true); }

}  // namespace
}  // namespace proctor::runtime
