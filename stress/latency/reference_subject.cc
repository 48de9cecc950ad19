// The operations of operations.h on the reference runtime.

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/arch/preempt.h"
#include "runtime/runtime.h"
#include "stress/latency/clock.h"

namespace proctor {
namespace {

using runtime::Go;

// Two tasks a processor do nothing but yield.
double Yield(int32_t procs) {
  constexpr int kEach = 200'000;
  std::atomic<int> left = 2 * procs;
  const Stopwatch watch;
  for (int i = 0; i < 2 * procs; ++i) {
    Go([&] {
      for (int n = 0; n < kEach; ++n) runtime::Yield();
      --left;
    });
  }
  while (left > 0) runtime::Yield();
  return watch.NsPer(2 * kEach);
}

// Batches of tasks that do nothing, each batch waited for.
double Spawn(int32_t) {
  constexpr int kBatches = 3000, kBatch = 64;
  const Stopwatch watch;
  for (int i = 0; i < kBatches; ++i) {
    std::atomic<int> left = kBatch;
    for (int n = 0; n < kBatch; ++n) Go([&] { --left; });
    while (left > 0) runtime::Yield();
  }
  return watch.NsPer(kBatches * kBatch);
}

// The runtime's share of a system call: with it and without it.
double SystemCall(int32_t) {
  constexpr int kCalls = 300'000;
  const Stopwatch with;
  for (int i = 0; i < kCalls; ++i) {
    const runtime::SystemCall call;
    syscall(SYS_getppid);
  }
  const double with_ns = with.NsPer(kCalls);
  const Stopwatch without;
  for (int i = 0; i < kCalls; ++i) syscall(SYS_getppid);
  return with_ns - without.NsPer(kCalls);
}

// From a task that is about to block its thread to the start of the task behind it, which then
// keeps the processor busy: so the monitor finds something to take each time, and stays awake.
double HandOff(int32_t) {
  constexpr int kSamples = 300;
  constexpr timespec kBlock = {0, 1'000'000};
  std::vector<int64_t> latencies_ns;
  std::atomic<int64_t> entered_ns = 0, latency_ns = 0;
  std::atomic<bool> done = false, gone = false;
  Go([&] {
    while (!done) {
      if (const int64_t at_ns = entered_ns.exchange(0)) latency_ns = NowNs() - at_ns;
      runtime::Yield();
    }
    gone = true;
  });
  for (int i = 0; i < kSamples; ++i) {
    latency_ns = 0;
    entered_ns = NowNs();
    {
      const runtime::SystemCall call;
      nanosleep(&kBlock, nullptr);
    }
    while (latency_ns == 0) runtime::Yield();
    latencies_ns.push_back(latency_ns);
  }
  done = true;
  while (!gone) runtime::Yield();
  return MedianNs(latencies_ns);
}

double Sleep(int32_t) {
  constexpr int kSamples = 1000;
  constexpr int64_t kAskedNs = 200'000;
  std::vector<int64_t> over_ns;
  for (int i = 0; i < kSamples; ++i) {
    const int64_t start_ns = NowNs();
    runtime::SleepFor(kAskedNs);
    over_ns.push_back(NowNs() - start_ns - kAskedNs);
  }
  return MedianNs(over_ns);
}

// CPU time of every thread of this process but one, in nanoseconds.
double CpuNs(pid_t except) {
  double total_ns = 0;
  DIR* const threads = opendir("/proc/self/task");
  while (const dirent* thread = readdir(threads)) {
    const pid_t tid = std::atoi(thread->d_name);
    if (tid == 0 || tid == except) continue;
    const std::string path = std::string("/proc/self/task/") + thread->d_name + "/schedstat";
    std::FILE* const file = std::fopen(path.c_str(), "r");
    if (file == nullptr) continue;  // it has ended
    long long ns = 0;
    if (std::fscanf(file, "%lld", &ns) == 1) total_ns += static_cast<double>(ns);
    std::fclose(file);
  }
  closedir(threads);
  return total_ns;
}

constexpr int64_t kSettleNs = 300'000'000;
constexpr int64_t kWatchNs = 1'000'000'000;

double IdleCpu(int32_t) {
  runtime::SleepFor(kSettleNs);
  const double before_ns = CpuNs(0);
  runtime::SleepFor(kWatchNs);
  return 100 * (CpuNs(0) - before_ns) / static_cast<double>(kWatchNs);
}

PROCTOR_PREEMPTIBLE void Count(int64_t rounds) {
  for (int64_t i = 0; i < rounds; ++i) asm volatile("");
}

// A loop without calls, but for a look at the clock about every millisecond.
void SpinFor(int64_t duration_ns) {
  for (const int64_t start_ns = NowNs(); NowNs() - start_ns < duration_ns;) Count(1'000'000);
}

double SpinCpu(int32_t) {
  SpinFor(kSettleNs);
  const pid_t tid = gettid();
  const double before_ns = CpuNs(tid);
  SpinFor(kWatchNs);
  return 100 * (CpuNs(tid) - before_ns) / static_cast<double>(kWatchNs);
}

}  // namespace
}  // namespace proctor

int main(int argc, char** argv) {
  using proctor::runtime::Options;
  const int procs = argc == 3 ? std::atoi(argv[2]) : 0;
  if (procs < 1) {
    std::fprintf(stderr, "usage: reference_subject OPERATION PROCESSORS\n");
    return 64;
  }
  const struct {
    const char* name;
    double (*run)(int32_t procs);
  } operations[] = {
      {"yield", proctor::Yield},      {"spawn", proctor::Spawn}, {"syscall", proctor::SystemCall},
      {"hand_off", proctor::HandOff}, {"sleep", proctor::Sleep}, {"idle_cpu", proctor::IdleCpu},
      {"spin_cpu", proctor::SpinCpu},
  };
  for (const auto& operation : operations) {
    if (argv[1] != std::string(operation.name)) continue;
    Options options;
    options.procs = procs;
    proctor::runtime::Runtime runtime(options);
    double figure = 0;
    runtime.Run([&] { figure = operation.run(procs); });
    std::printf("%.3f\n", figure);
    return 0;
  }
  std::printf("unsupported\n");
  return 0;
}
