#include "conformance/observer/wake_reasons.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "conformance/contract/tunables.h"
#include "conformance/observer/upper_median.h"

namespace proctor {
namespace {

// A reason is worth a line from this many wake-ups a second on.
constexpr double kWorthALine = 1;
// What a stop for the tracer costs a thread at most, and attaching to it.
constexpr int64_t kStopCostNs = 20'000;
constexpr int64_t kAttachCostNs = 1'000'000;

struct Counts {
  int64_t timed_out = 0;  // deep sleeps
  int64_t woken = 0;
  int64_t shortest = 0;  // shallow sleeps
  int64_t longest = 0;
  int64_t sleeps = 0;
  std::vector<int64_t> between_ns;  // the ends of deep sleeps that timed out
};

Counts Count(std::span<const Event> events) {
  const Tunables contract;
  Counts counts;
  int64_t last_ns = 0;
  for (const Event& event : events) {
    if (event.kind == EventKind::kShallowSleep) {
      const int64_t duration_ns = event.Get(Arg::kDurationNs);
      ++counts.sleeps;
      counts.shortest += duration_ns == contract.shallow_min_ns;
      counts.longest += duration_ns == contract.shallow_max_ns;
    } else if (event.kind == EventKind::kDeepWake) {
      ++counts.sleeps;
      if (event.Get(Arg::kCause) != static_cast<int64_t>(WakeCause::kTimeout)) {
        ++counts.woken;
        continue;
      }
      ++counts.timed_out;
      if (last_ns != 0) counts.between_ns.push_back(event.time_ns - last_ns);
      last_ns = event.time_ns;
    }
  }
  return counts;
}

// To the millisecond, where it is longer than one.
int64_t Rounded(int64_t ns) {
  constexpr int64_t kMs = 1'000'000;
  return ns < kMs ? ns : (ns + kMs / 2) / kMs * kMs;
}

// What wakes a monitor, each as part of a sentence and as a line of its own.
struct Reasons {
  std::string parts;  // "a timer of about 29 ms"
  std::string lines;
  double explained = 0;  // wake-ups a second

  void Add(const std::string& part, const std::string& line, double rate) {
    parts += (parts.empty() ? "" : ", and ") + part;
    lines += "  " + line + "\n";
    explained += rate;
  }
};

// A thread's name is the program's own choice.
std::string Printable(std::string name) {
  std::ranges::replace_if(name, [](char c) { return c < ' ' || c > '~'; }, '?');
  return name;
}

// The calls in which a scheduler's own threads wait for work.
bool IsIdleCall(const std::string& call) {
  return call.empty() || call == "futex" || call.starts_with("epoll_");
}

std::string NameOf(const ThreadUse& use) {
  return fmt::format("thread {} ({})", use.thread, Printable(use.name));
}

// " (read, in which thread 12 (server) was seen)", of the call of a task that was seen most.
std::string CallOfATask(const Observer::Usage& usage) {
  const auto use = std::ranges::find_if(usage.threads,
                                        [](const ThreadUse& one) { return !IsIdleCall(one.call); });
  if (use == usage.threads.end()) return "";
  return fmt::format(" ({}, in which {} was seen)", use->call, NameOf(*use));
}

Reasons FindReasons(const Counts& counts, double seconds, const Observer::Usage& usage) {
  const auto rate = [seconds](int64_t count) { return static_cast<double>(count) / seconds; };
  Reasons reasons;
  if (rate(counts.timed_out) >= kWorthALine && !counts.between_ns.empty()) {
    const std::string period = DurationText(Rounded(UpperMedian(counts.between_ns)));
    reasons.Add(
        fmt::format("a timer of about {}", period),
        fmt::format("a timer fires about every {} and ends {:.1f} deep sleeps a second; each "
                    "costs two wake-ups",
                    period, rate(counts.timed_out)),
        2 * rate(counts.timed_out));
  }
  if (rate(counts.woken) >= kWorthALine) {
    reasons.Add(
        "system calls of its tasks while everything else is idle" + CallOfATask(usage),
        fmt::format("{:.1f} deep sleeps a second are ended by a wake-up: a task entered or left a "
                    "system call while everything was idle, or a stop-the-world ended",
                    rate(counts.woken)),
        rate(counts.woken));
  }
  // Two thirds of the most that there can be.
  constexpr double kBusyRate = 67;
  if (rate(counts.longest) >= kBusyRate) {
    const std::string longest = DurationText(Tunables().shallow_max_ns);
    reasons.Add("a processor that is busy nearly all the time",
                fmt::format("{:.1f} a second are its longest shallow sleeps: a processor was busy "
                            "nearly all the time, and then it looks every {}",
                            rate(counts.longest), longest),
                rate(counts.longest));
  }
  if (counts.shortest * 2 > counts.sleeps && rate(counts.shortest) >= kBusyRate) {
    reasons.Add("system calls that keep a processor" + CallOfATask(usage),
                fmt::format("{:.1f} a second are its shortest sleeps: it begins afresh whenever it "
                            "was woken or took a processor from a system call",
                            rate(counts.shortest)),
                rate(counts.shortest));
  }
  return reasons;
}

// Whether this is normal, and what drives it.
std::string InShort(const Reasons& reasons, double rate) {
  constexpr double kLittle = 10;
  constexpr double kMuch = 1000;
  constexpr double kMost = 0.5;
  if (rate < kLittle) return fmt::format("in short: little, {:.1f} wake-ups a second\n", rate);
  if (reasons.explained < kMost * rate) {
    return fmt::format("in short: {:.1f} wake-ups a second, and no one reason for most of them\n",
                       rate);
  }
  return rate < kMuch ? fmt::format("in short: normal for a process with {}\n", reasons.parts)
                      : fmt::format("in short: much, by {}\n", reasons.parts);
}

// The threads that wake most often, and what they were seen in.
std::string BusiestThreads(const Observer::Usage& usage, double seconds) {
  constexpr size_t kThreadsMost = 4;
  std::string text;
  for (size_t i = 0; i < std::min(kThreadsMost, usage.threads.size()); ++i) {
    const ThreadUse& use = usage.threads[i];
    const double rate = static_cast<double>(use.sleeps) / seconds;
    if (rate < kWorthALine) break;
    text += fmt::format("  {:.1f} of them {}", rate, NameOf(use));
    if (!use.call.empty()) text += ", mostly in " + use.call;
    if (use.longest_ns)
      text += fmt::format(" for at most {}", DurationText(Rounded(*use.longest_ns)));
    text += "\n";
  }
  return text;
}

}  // namespace

std::string DurationText(int64_t ns) {
  if (ns < 1'000) return fmt::format("{} ns", ns);
  if (ns < 1'000'000) return fmt::format("{:.4g} us", static_cast<double>(ns) / 1e3);
  if (ns < 1'000'000'000) return fmt::format("{:.4g} ms", static_cast<double>(ns) / 1e6);
  return fmt::format("{:.4g} s", static_cast<double>(ns) / 1e9);
}

std::string WakeReasons(std::span<const Event> events, const Observer::Usage& usage,
                        bool is_monitor) {
  const auto seconds = static_cast<double>(usage.ended_ns - usage.began_ns) / 1e9;
  if (seconds <= 0) return "";
  const Counts counts = Count(events);
  std::string text;
  if (is_monitor) {
    const Reasons reasons = FindReasons(counts, seconds, usage);
    text = reasons.lines + InShort(reasons, static_cast<double>(counts.sleeps) / seconds);
  }
  return text +
         fmt::format("wake-ups of the whole process: {:.1f} a second, all threads together\n",
                     static_cast<double>(counts.sleeps + usage.other_sleeps) / seconds) +
         BusiestThreads(usage, seconds);
}

std::string CpuTime(const Observer::Usage& usage, bool is_monitor) {
  const auto elapsed = static_cast<double>(usage.ended_ns - usage.began_ns);
  if (elapsed <= 0) return "";
  const auto monitor = static_cast<double>(usage.monitor_cpu_ns);
  const std::string of_a_core =
      fmt::format("CPU: the {} took {:.3f} % of a core", is_monitor ? "monitor" : "thread",
                  100 * monitor / elapsed);
  if (usage.process_cpu_ns <= kAttachCostNs + usage.stops * kStopCostNs) {
    return of_a_core + ", and the process not more than being traced costs it\n";
  }
  return of_a_core +
         fmt::format(", {:.1f} % of what the process took (being traced makes it more)\n",
                     100 * monitor / static_cast<double>(usage.process_cpu_ns));
}

}  // namespace proctor
