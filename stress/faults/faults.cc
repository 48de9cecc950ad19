#include "stress/faults/faults.h"

#include <poll.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "conformance/process/process.h"
#include "conformance/process/threads.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;

// False: the end was asked for.
bool WaitMs(int ms, const StopRequest& end) {
  pollfd wanted{.fd = end.fd(), .events = POLLIN, .revents = 0};
  poll(&wanted, 1, ms);
  return !end.made();
}

// Three stops of 30 ms in the scenario's first second.
void StopAndContinue(Scenario& scenario) {
  for (int64_t i = 0; i < 3; ++i) {
    const int64_t at_ns = (40 + 250 * i) * kMs;
    scenario.outside.push_back({.at_ns = at_ns, .kind = OutsideKind::kStop});
    scenario.outside.push_back({.at_ns = at_ns + 30 * kMs, .kind = OutsideKind::kContinue});
  }
  std::ranges::stable_sort(scenario.outside, {}, &Outside::at_ns);
}

// One CPU, then all again, by turns.
void ShrinkAffinity(pid_t pid, const StopRequest& end) {
  cpu_set_t all;
  if (sched_getaffinity(0, sizeof all, &all) != 0) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
  }
  constexpr int kTurnMs = 60;
  for (bool shrunk = true; !end.made(); shrunk = !shrunk) {
    for (const pid_t thread : ThreadsOf(pid)) {
      sched_setaffinity(thread, sizeof all, shrunk ? &one : &all);
    }
    if (!WaitMs(kTurnMs, end)) return;
  }
}

std::string HasTwoCpus() {
  cpu_set_t all;
  if (sched_getaffinity(0, sizeof all, &all) == 0 && CPU_COUNT(&all) > 1) return "";
  return "there is one CPU only";
}

void LowerPriority(pid_t pid, const StopRequest& end) {
  constexpr int kNice = 15;
  do {
    for (const pid_t thread : ThreadsOf(pid)) {
      setpriority(PRIO_PROCESS, static_cast<id_t>(thread), kNice);
    }
  } while (WaitMs(20, end));
}

// The signal by which runtimes preempt: it interrupts calls, and its default is to be ignored.
void RainSignals(pid_t pid, const StopRequest& end) {
  do {
    kill(pid, SIGURG);
  } while (WaitMs(1, end));
}

void LimitDescriptors(pid_t pid, const StopRequest&) {
  // A scenario has up to 40 of its own, from number 10 on; an adapter may hold each of them twice.
  const rlimit few{.rlim_cur = 112, .rlim_max = 112};
  prlimit(pid, RLIMIT_NOFILE, &few, nullptr);
}

void Compete(pid_t, const StopRequest& end) {
  std::vector<std::unique_ptr<Process>> load;
  const unsigned cpus = std::max(std::thread::hardware_concurrency(), 1U);
  for (unsigned i = 0; i < cpus; ++i) {
    std::string error;
    load.push_back(Process::Spawn({.argv = {"sh", "-c", "while :; do :; done"}}, error));
  }
  while (WaitMs(1'000, end)) {
  }
}

constexpr Fault kFaults[] = {
    {.name = "none", .about = "nothing is done to it"},
    {.name = "stopped",
     .about = "the process is stopped and continued",
     .excuses_time = true,
     .change = StopAndContinue},
    {.name = "one_cpu",
     .about = "its CPUs are taken away but one, and given back",
     .excuses_time = true,
     .disturb = ShrinkAffinity,
     .unavailable = HasTwoCpus},
    {.name = "low_priority",
     .about = "its threads have the priority of what may wait",
     .excuses_time = true,
     .disturb = LowerPriority},
    {.name = "signals",
     .about = "a thousand signals a second interrupt its calls",
     .sends_signals = true,
     .disturb = RainSignals},
    {.name = "few_descriptors",
     .about = "it may have 112 open descriptors",
     .disturb = LimitDescriptors},
    {.name = "competition",
     .about = "a process that computes on every CPU",
     .excuses_time = true,
     .disturb = Compete},
};

}  // namespace

std::span<const Fault> Faults() { return kFaults; }

const Fault* FindFault(std::string_view name) {
  const auto* found = std::ranges::find(kFaults, name, &Fault::name);
  return found == std::end(kFaults) ? nullptr : found;
}

struct FaultThread::State {
  StopRequest end;
  std::thread thread;
};

FaultThread::FaultThread(const Fault& fault, pid_t pid) {
  if (fault.disturb == nullptr) return;
  state_ = std::make_unique<State>();
  state_->thread = std::thread([&fault, pid, &end = state_->end] { fault.disturb(pid, end); });
}

FaultThread::~FaultThread() {
  if (!state_) return;
  state_->end.Make();
  state_->thread.join();
}

}  // namespace proctor
