// What the process used, without its monitor.

#include "conformance/observer/usage_meter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kComputedNs = 50'000'000;

int64_t OwnThreadCpuNs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

void Compute() {
  while (OwnThreadCpuNs() < kComputedNs) {
  }
}

// A thread that computes, and then lives on until it is let go.
class Computing {
 public:
  Computing() : thread_([this] { Run(); }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return id_ != 0; });
  }
  ~Computing() {
    LetGo();
    thread_.join();
  }

  pid_t id() const { return id_; }
  void LetCompute() {
    const std::lock_guard lock(mutex_);
    may_compute_ = true;
    changed_.notify_all();
  }
  void WaitUntilComputed() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return computed_; });
  }

 private:
  void LetGo() {
    const std::lock_guard lock(mutex_);
    may_end_ = may_compute_ = true;
    changed_.notify_all();
  }
  void Run() {
    std::unique_lock lock(mutex_);
    id_ = gettid();
    changed_.notify_all();
    changed_.wait(lock, [this] { return may_compute_; });
    Compute();
    computed_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return may_end_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  pid_t id_ = 0;
  bool may_compute_ = false;
  bool computed_ = false;
  bool may_end_ = false;
  std::thread thread_;
};

// What the meter reads more of at the second of two requests to yield, between which the thread has
// computed.
int64_t ReadMore(Computing& computing, pid_t monitor) {
  UsageMeter meter;
  meter.Begin(getpid(), monitor, false);
  const Event request = MakeEvent(MonotonicNowNs(), EventKind::kPreemptSignal);
  const std::optional<Event> first = meter.ReadAt(request);
  computing.LetCompute();
  computing.WaitUntilComputed();
  const std::optional<Event> second = meter.ReadAt(request);
  EXPECT_TRUE(first && second);
  return first && second ? second->Get(Arg::kCpuNs) - first->Get(Arg::kCpuNs) : -1;
}

TEST(UsageMeter, WhatOtherThreadsComputedIsRead) {
  Computing computing;
  EXPECT_GE(ReadMore(computing, gettid()), kComputedNs / 2);
}

TEST(UsageMeter, WhatTheMonitorComputedIsNot) {
  Computing computing;
  EXPECT_LT(ReadMore(computing, computing.id()), kComputedNs / 2);
}

TEST(UsageMeter, AMonitorThatIsGoneReadsNothing) {
  UsageMeter meter;
  pid_t gone = 0;
  std::thread([&] { gone = gettid(); }).join();
  meter.Begin(getpid(), gone, false);
  EXPECT_FALSE(meter.ReadAt(MakeEvent(MonotonicNowNs(), EventKind::kPreemptSignal)));
}

}  // namespace
}  // namespace proctor
