// The operations of operations.h on Boost.Fiber: one thread, which is all that its default
// scheduler has. What it has no counterpart for (a monitor, a poller, timers of its own) is
// unsupported.

#include <boost/fiber/all.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "stress/latency/clock.h"

namespace proctor::latency {
namespace {

namespace fibers = boost::fibers;

double Yield(int divisor) {
  constexpr int kTasks = 2, kPiece = 1000;
  Samples samples[kTasks];
  std::vector<fibers::fiber> tasks;
  for (Samples& own : samples) {
    tasks.emplace_back([&own, divisor] {
      for (int i = 0; i < Times(200, divisor); ++i) {
        own.Time([] {
          for (int n = 0; n < kPiece; ++n) boost::this_fiber::yield();
        });
      }
    });
  }
  for (fibers::fiber& task : tasks) task.join();
  samples[0].Append(samples[1]);
  return samples[0].MedianNs() / (kTasks * kPiece);
}

// With stacks that are used again, as the runtimes' are.
double Spawn(int divisor) {
  constexpr int kBatches = 10, kBatch = 64;
  fibers::pooled_fixedsize_stack stacks(64 * 1024);
  Samples samples;
  for (int i = 0; i < Times(200, divisor); ++i) {
    samples.Time([&] {
      for (int b = 0; b < kBatches; ++b) {
        fibers::fiber tasks[kBatch];
        for (fibers::fiber& task : tasks) task = fibers::fiber(std::allocator_arg, stacks, [] {});
        for (fibers::fiber& task : tasks) task.join();
      }
    });
  }
  return samples.MedianNs() / (kBatches * kBatch);
}

double Channel(int divisor) {
  constexpr int kTrips = 500;
  fibers::unbuffered_channel<int> there, back;
  fibers::fiber echo([&] {
    for (int value : there) back.push(value);
  });
  Samples samples;
  for (int i = 0; i < Times(200, divisor); ++i) {
    samples.Time([&] {
      for (int trip = 0; trip < kTrips; ++trip) {
        there.push(trip);
        back.value_pop();
      }
    });
  }
  there.close();
  echo.join();
  return samples.MedianNs() / kTrips;
}

double Sleep(int divisor) {
  constexpr int64_t kAskedNs = 200'000;
  Samples over;
  for (int i = 0; i < Times(1000, divisor); ++i) {
    const int64_t start_ns = NowNs();
    boost::this_fiber::sleep_for(std::chrono::nanoseconds(kAskedNs));
    over.Add(NowNs() - start_ns - kAskedNs);
  }
  return over.MedianNs();
}

double Memory(int divisor) {
  const int count = Times(10'000, divisor);
  fibers::mutex mutex;
  fibers::condition_variable release;
  bool released = false;
  std::vector<fibers::fiber> tasks;
  tasks.reserve(static_cast<size_t>(count));
  const int64_t before = ResidentBytes();
  for (int i = 0; i < count; ++i) {
    tasks.emplace_back([&] {
      std::unique_lock lock(mutex);
      release.wait(lock, [&] { return released; });
    });
  }
  boost::this_fiber::yield();
  const double figure = static_cast<double>(ResidentBytes() - before) / count;
  released = true;
  release.notify_all();
  for (fibers::fiber& task : tasks) task.join();
  return figure;
}

}  // namespace
}  // namespace proctor::latency

int main(int argc, char** argv) {
  const int divisor = argc == 4 ? std::atoi(argv[3]) : 0;
  if (divisor < 1) {
    std::fprintf(stderr, "usage: fiber_subject OPERATION PROCESSORS DIVISOR\n");
    return 64;
  }
  const struct {
    const char* name;
    double (*run)(int divisor);
  } operations[] = {{"yield", proctor::latency::Yield},
                    {"spawn", proctor::latency::Spawn},
                    {"channel", proctor::latency::Channel},
                    {"sleep", proctor::latency::Sleep},
                    {"memory", proctor::latency::Memory}};
  for (const auto& operation : operations) {
    if (argv[1] == std::string(operation.name) && argv[2] == std::string("1")) {
      std::printf("%.3f\n", operation.run(divisor));
      return 0;
    }
  }
  std::printf("unsupported\n");
  return 0;
}
