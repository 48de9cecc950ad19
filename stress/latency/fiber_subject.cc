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

namespace proctor {
namespace {

namespace fibers = boost::fibers;

double Yield() {
  constexpr int kTasks = 2, kEach = 200'000;
  std::vector<fibers::fiber> tasks;
  const Stopwatch watch;
  for (int i = 0; i < kTasks; ++i) {
    tasks.emplace_back([] {
      for (int n = 0; n < kEach; ++n) boost::this_fiber::yield();
    });
  }
  for (fibers::fiber& task : tasks) task.join();
  return watch.NsPer(kTasks * kEach);
}

double Spawn() {
  constexpr int kBatches = 300, kBatch = 64;
  const Stopwatch watch;
  for (int i = 0; i < kBatches; ++i) {
    fibers::fiber tasks[kBatch];
    for (fibers::fiber& task : tasks) task = fibers::fiber([] {});
    for (fibers::fiber& task : tasks) task.join();
  }
  return watch.NsPer(kBatches * kBatch);
}

double Channel() {
  constexpr int kTrips = 200'000;
  fibers::unbuffered_channel<int> there, back;
  fibers::fiber echo([&] {
    for (int value : there) back.push(value);
  });
  const Stopwatch watch;
  for (int i = 0; i < kTrips; ++i) {
    there.push(i);
    back.value_pop();
  }
  const double figure = watch.NsPer(kTrips);
  there.close();
  echo.join();
  return figure;
}

double Sleep() {
  constexpr int kSamples = 1000;
  constexpr int64_t kAskedNs = 200'000;
  std::vector<int64_t> over_ns;
  for (int i = 0; i < kSamples; ++i) {
    const int64_t start_ns = NowNs();
    boost::this_fiber::sleep_for(std::chrono::nanoseconds(kAskedNs));
    over_ns.push_back(NowNs() - start_ns - kAskedNs);
  }
  return MedianNs(over_ns);
}

double Memory() {
  constexpr int kTasks = 10'000;
  fibers::mutex mutex;
  fibers::condition_variable release;
  bool released = false;
  std::vector<fibers::fiber> tasks;
  tasks.reserve(kTasks);
  const int64_t before = ResidentBytes();
  for (int i = 0; i < kTasks; ++i) {
    tasks.emplace_back([&] {
      std::unique_lock lock(mutex);
      release.wait(lock, [&] { return released; });
    });
  }
  boost::this_fiber::yield();
  const double figure = static_cast<double>(ResidentBytes() - before) / kTasks;
  released = true;
  release.notify_all();
  for (fibers::fiber& task : tasks) task.join();
  return figure;
}

}  // namespace
}  // namespace proctor

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fiber_subject OPERATION PROCESSORS\n");
    return 64;
  }
  const struct {
    const char* name;
    double (*run)();
  } operations[] = {{"yield", proctor::Yield},
                    {"spawn", proctor::Spawn},
                    {"channel", proctor::Channel},
                    {"sleep", proctor::Sleep},
                    {"memory", proctor::Memory}};
  for (const auto& operation : operations) {
    if (argv[1] == std::string(operation.name) && argv[2] == std::string("1")) {
      std::printf("%.3f\n", operation.run());
      return 0;
    }
  }
  std::printf("unsupported\n");
  return 0;
}
