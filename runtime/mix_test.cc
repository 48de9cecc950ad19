// Everything that tasks can do, at random and at the same time, while the world is stopped and the
// number of processors changes; then the books must balance. What hangs or gets lost here was woken
// too early, too late or by nobody.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

#include "runtime/arch/preempt.h"
#include "runtime/channel.h"
#include "runtime/descriptor.h"
#include "runtime/os/linux/clock.h"
#include "runtime/runtime.h"
#include "runtime/select.h"
#include "runtime/sync.h"
#include "runtime/trace/trace.h"

namespace proctor::runtime {
namespace {

constexpr int kTasks = 100;
constexpr int kSteps = 40;

PROCTOR_PREEMPTIBLE uint64_t Compute(uint64_t rounds) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < rounds; ++i) {
    sum += i;
    asm volatile("" : "+r"(sum));
  }
  return sum;
}

class Mix {
 public:
  Mix() {
    for (size_t i = 0; i < channels_.size(); ++i) {
      channels_[i] = std::make_unique<Channel<int>>(i * 3);
    }
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    near_ = std::make_unique<Descriptor>(ends[0]);
    far_ = std::make_unique<Descriptor>(ends[1]);
  }

  void RunTasks(uint32_t seed) {
    WaitGroup done(kTasks);
    for (uint32_t t = 0; t < kTasks; ++t) {
      Go([&, t] {
        std::minstd_rand random(seed * 1000 + t);
        for (int i = 0; i < kSteps; ++i) Step(random);
        done.Done();
      });
    }
    done.Wait();
  }

  void CheckBooks() {
    for (auto& channel : channels_) {
      while (std::optional<int> value = channel->TryReceive()) received_ += *value;
    }
    EXPECT_EQ(sent_, received_);
    EXPECT_EQ(counted_, locked_);
    EXPECT_EQ(spawned_, ran_);
    EXPECT_EQ(bytes_lost_, 0);
  }

 private:
  static int64_t Short(std::minstd_rand& random) { return random() % 60'000; }

  void Step(std::minstd_rand& random) {
    switch (random() % 14) {
      case 0:
        return Yield();
      case 1:
        return SleepFor(Short(random));
      case 2: {
        const SystemCall call;
        if (random() % 4 == 0) SleepNs(Short(random));
        return;
      }
      case 3: {
        const std::lock_guard guard(mutex_);
        ++locked_;
        if (random() % 8 == 0) Yield();
        ++counted_;
        return;
      }
      case 4:
      case 5:
      case 6:
        return Exchange(random);
      case 7:
        return SpawnSome(random);
      case 8: {
        if (random() % 16 != 0) return;
        const StoppedWorld stopped;
        SleepNs(1'000);
        return;
      }
      case 9:
        if (random() % 16 == 0) SetProcs(static_cast<int32_t>(1 + random() % 8));
        return;
      case 10:
        if (random() % 16 == 0) CollectGarbage();
        return;
      case 11:
        Compute(random() % 20'000);
        return Poll();
      default:
        return SendBytes(random);
    }
  }

  // A value from here to there, if somebody takes part in time.
  void Exchange(std::minstd_rand& random) {
    const int value = static_cast<int>(random() % 1000);
    std::optional<int> received[2];
    Select select;
    const int to = select.OnSend(*channels_[random() % channels_.size()], value);
    for (auto& slot : received) select.OnReceive(*channels_[random() % channels_.size()], slot);
    if (select.Wait(Short(random)) == to) sent_ += value;
    for (auto& slot : received) {
      if (slot.has_value()) received_ += *slot;
    }
  }

  void SpawnSome(std::minstd_rand& random) {
    const auto count = static_cast<int>(random() % 5);
    WaitGroup done(count);
    for (int i = 0; i < count; ++i) {
      ++spawned_;
      Go([&, i] {
        if (i % 2 == 0) Yield();
        ++ran_;
        done.Done();
      });
    }
    done.Wait();
  }

  // One writer and one reader at a time; the reader gives up sometimes and comes back.
  void SendBytes(std::minstd_rand& random) {
    const std::lock_guard guard(bytes_mutex_);
    const char byte = static_cast<char>(random());
    WaitGroup done(1);
    Go([&, wait_ns = Short(random)] {
      char got = 0;
      int64_t result;
      while ((result = near_->Read(&got, 1, wait_ns)) == -ETIMEDOUT) Yield();
      if (result != 1 || got != byte) ++bytes_lost_;
      done.Done();
    });
    if (random() % 2 == 0) SleepFor(Short(random));
    if (far_->Write(&byte, 1) != 1) ++bytes_lost_;
    done.Wait();
  }

  std::array<std::unique_ptr<Channel<int>>, 4> channels_;
  std::unique_ptr<Descriptor> near_, far_;
  Mutex mutex_, bytes_mutex_;
  int64_t locked_ = 0, counted_ = 0;  // under mutex_
  std::atomic<int64_t> sent_ = 0, received_ = 0;
  std::atomic<int> spawned_ = 0, ran_ = 0, bytes_lost_ = 0;
};

class MixTest : public testing::TestWithParam<uint32_t> {};

INSTANTIATE_TEST_SUITE_P(Seeds, MixTest, testing::Range(uint32_t{1}, uint32_t{13}));

TEST_P(MixTest, NothingIsLostOrLeftWaiting) {
  const uint32_t seed = GetParam();
  Options options;
  options.procs = static_cast<int32_t>(1 + seed % 5);
  options.monitor.take_by_task_lock = seed % 3 == 0;
  options.monitor.adjust_waiters = seed % 2 == 0;
  // Short slices, so that much is preempted.
  if (seed % 4 == 1) options.monitor.slice_ns = 50'000;
  if (seed % 4 == 3) options.trace_events_per_thread = 256;  // full at once: events are lost
  Runtime runtime(options);
  if (options.trace_events_per_thread > 0) runtime.tracer().Start();
  runtime.Run([seed] {
    Mix mix;
    mix.RunTasks(seed);
    mix.CheckBooks();
  });
}

}  // namespace
}  // namespace proctor::runtime
