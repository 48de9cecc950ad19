// The operations of operations.h on the reference runtime.

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/arch/preempt.h"
#include "runtime/channel.h"
#include "runtime/delayed_task.h"
#include "runtime/descriptor.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "stress/latency/clock.h"

namespace proctor::latency {
namespace {

using runtime::Go;

// Two tasks a processor do nothing but yield.
double Yield(int32_t procs, int divisor) {
  constexpr int kPiece = 1000;
  std::vector<Samples> samples(static_cast<size_t>(2 * procs));
  runtime::WaitGroup done(2 * procs);
  for (Samples& own : samples) {
    Go([&] {
      for (int i = 0; i < Times(200, divisor); ++i) {
        own.Time([] {
          for (int n = 0; n < kPiece; ++n) runtime::Yield();
        });
      }
      done.Done();
    });
  }
  done.Wait();
  for (size_t i = 1; i < samples.size(); ++i) samples[0].Append(samples[i]);
  return samples[0].MedianNs() / (2 * kPiece);
}

// Batches of tasks that do nothing, each batch waited for.
double Spawn(int32_t, int divisor) {
  constexpr int kBatches = 10, kBatch = 64;
  Samples samples;
  for (int i = 0; i < Times(200, divisor); ++i) {
    samples.Time([] {
      for (int b = 0; b < kBatches; ++b) {
        runtime::WaitGroup done(kBatch);
        for (int n = 0; n < kBatch; ++n) Go([&] { done.Done(); });
        done.Wait();
      }
    });
  }
  return samples.MedianNs() / (kBatches * kBatch);
}

// A value goes to another task and comes back, unbuffered.
double Channel(int32_t, int divisor) {
  constexpr int kTrips = 500;
  runtime::Channel<int> there, back;
  runtime::WaitGroup done(1);
  Go([&] {
    while (const std::optional<int> value = there.Receive()) back.Send(*value);
    done.Done();
  });
  Samples samples;
  for (int i = 0; i < Times(200, divisor); ++i) {
    samples.Time([&] {
      for (int trip = 0; trip < kTrips; ++trip) {
        there.Send(trip);
        back.Receive();
      }
    });
  }
  there.Close();
  done.Wait();
  return samples.MedianNs() / kTrips;
}

// The runtime's share of a system call: with it less without it, by turns.
double SystemCall(int32_t, int divisor) {
  constexpr int kCalls = 500;
  Samples with, without;
  for (int i = 0; i < Times(400, divisor); ++i) {
    with.Time([] {
      for (int n = 0; n < kCalls; ++n) {
        const runtime::SystemCall call;
        syscall(SYS_getppid);
      }
    });
    without.Time([] {
      for (int n = 0; n < kCalls; ++n) syscall(SYS_getppid);
    });
  }
  return (with.MedianNs() - without.MedianNs()) / kCalls;
}

double Timer(int32_t, int divisor) {
  constexpr int kTimers = 500;
  constexpr int64_t kHourNs = 3'600'000'000'000;
  Samples samples;
  for (int i = 0; i < Times(400, divisor); ++i) {
    samples.Time([] {
      for (int n = 0; n < kTimers; ++n) {
        runtime::DelayedTask task(kHourNs, [] {});
        task.Stop();
      }
    });
  }
  return samples.MedianNs() / kTimers;
}

PROCTOR_PREEMPTIBLE void Count(int64_t rounds) {
  for (int64_t i = 0; i < rounds; ++i) asm volatile("");
}

// From a task that is about to block its thread to the start of the task behind it. The call lasts
// until that one runs, however long the monitor takes: so it finds a processor to take every time,
// and is awake the next time. All other processors are busy.
double HandOff(int32_t procs, int divisor) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  std::atomic<bool> done = false;
  std::atomic<int> returned = 0;
  runtime::WaitGroup left(procs - 1);
  for (int32_t i = 1; i < procs; ++i) {
    Go([&] {
      while (!done) Count(100'000);
      left.Done();
    });
  }
  Samples samples;
  for (int i = 0; i < Times(300, divisor); ++i) {
    int64_t entered_ns = 0;
    Go([&, i] {
      samples.Add(NowNs() - entered_ns);
      if (write(ends[1], "", 1) != 1) std::abort();
      while (returned <= i) runtime::Yield();
      left.Done();
    });
    left.Add(1);
    entered_ns = NowNs();
    {
      const runtime::SystemCall call;
      char byte;
      if (read(ends[0], &byte, 1) != 1) std::abort();
    }
    returned = i + 1;
  }
  done = true;
  left.Wait();
  close(ends[0]);
  close(ends[1]);
  return samples.MedianNs();
}

double Sleep(int32_t, int divisor) {
  constexpr int64_t kAskedNs = 200'000;
  Samples over;
  for (int i = 0; i < Times(1000, divisor); ++i) {
    const int64_t start_ns = NowNs();
    runtime::SleepFor(kAskedNs);
    over.Add(NowNs() - start_ns - kAskedNs);
  }
  return over.MedianNs();
}

// Descriptor 3 brings the times at which somebody wrote them there.
double Poll(int32_t, int divisor) {
  constexpr int kStamps = 3;
  runtime::Descriptor input(kStamps);
  Samples samples;
  for (int i = 0; i < Times(300, divisor); ++i) {
    int64_t stamp_ns = 0;
    if (input.Read(&stamp_ns, sizeof stamp_ns) != sizeof stamp_ns) std::abort();
    samples.Add(NowNs() - stamp_ns);
  }
  return samples.MedianNs();
}

// Bytes for each of many tasks that wait on a channel.
double Memory(int32_t, int divisor) {
  const int count = Times(100'000, divisor);
  runtime::Channel<int> release;
  runtime::WaitGroup parked(count), ended(count);
  const int64_t before = ResidentBytes();
  for (int i = 0; i < count; ++i) {
    Go([&] {
      parked.Done();
      release.Receive();
      ended.Done();
    });
  }
  parked.Wait();
  // The last ones are still on their way to the channel.
  for (int i = 0; i < 1000; ++i) runtime::Yield();
  const double figure = static_cast<double>(ResidentBytes() - before) / count;
  release.Close();
  ended.Wait();
  return figure;
}

// The thread whose name says that it is the monitor.
pid_t MonitorThread() {
  pid_t found = 0;
  DIR* const threads = opendir("/proc/self/task");
  while (const dirent* thread = readdir(threads)) {
    const std::string path = std::string("/proc/self/task/") + thread->d_name + "/comm";
    std::FILE* const file = std::fopen(path.c_str(), "r");
    if (file == nullptr) continue;  // no thread, or it has ended
    char name[16] = "";
    if (std::fscanf(file, "%15s", name) == 1 && name == std::string("monitor")) {
      found = std::atoi(thread->d_name);
    }
    std::fclose(file);
  }
  closedir(threads);
  if (found == 0) std::abort();
  return found;
}

constexpr int64_t kSettleNs = 500'000'000;
constexpr int64_t kUntilKilledNs = 100'000'000'000;

// Lets time pass, and says once it has settled to it who is to be watched.
double WatchMonitor(void (*pass)(int64_t duration_ns), int divisor) {
  pass(kSettleNs / divisor);
  std::printf("%d\n", MonitorThread());
  std::fflush(stdout);
  pass(kUntilKilledNs);
  return 0;
}

double IdleCpu(int32_t, int divisor) { return WatchMonitor(runtime::SleepFor, divisor); }

// A loop without calls, but for a look at the clock about every millisecond.
void SpinFor(int64_t duration_ns) {
  for (const int64_t start_ns = NowNs(); NowNs() - start_ns < duration_ns;) Count(1'000'000);
}

double SpinCpu(int32_t, int divisor) { return WatchMonitor(SpinFor, divisor); }

}  // namespace
}  // namespace proctor::latency

int main(int argc, char** argv) {
  using proctor::runtime::Options;
  const int procs = argc == 4 ? std::atoi(argv[2]) : 0;
  const int divisor = argc == 4 ? std::atoi(argv[3]) : 0;
  if (procs < 1 || divisor < 1) {
    std::fprintf(stderr, "usage: reference_subject OPERATION PROCESSORS DIVISOR\n");
    return 64;
  }
  const struct {
    const char* name;
    double (*run)(int32_t procs, int divisor);
  } operations[] = {
      {"yield", proctor::latency::Yield},      {"spawn", proctor::latency::Spawn},
      {"channel", proctor::latency::Channel},  {"syscall", proctor::latency::SystemCall},
      {"timer", proctor::latency::Timer},      {"hand_off", proctor::latency::HandOff},
      {"sleep", proctor::latency::Sleep},      {"poll", proctor::latency::Poll},
      {"memory", proctor::latency::Memory},    {"idle_cpu", proctor::latency::IdleCpu},
      {"spin_cpu", proctor::latency::SpinCpu},
  };
  for (const auto& operation : operations) {
    if (argv[1] != std::string(operation.name)) continue;
    Options options;
    options.procs = procs;
    proctor::runtime::Runtime runtime(options);
    double figure = 0;
    runtime.Run([&] { figure = operation.run(procs, divisor); });
    std::printf("%.3f\n", figure);
    return 0;
  }
  std::printf("unsupported\n");
  return 0;
}
