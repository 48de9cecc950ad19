#include "conformance/campaign/lint_evidence.h"

#include <fmt/core.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "conformance/campaign/lint_scenarios.h"

namespace proctor {
namespace {

// What the fastest of a few measurements can be wrong by.
constexpr int64_t kSpinShare = 4;
// A timer in ticks may be early by one. The coarsest tick in use is a hundredth of a second.
constexpr int64_t kTickNs = 10'000'000;
// Of the CPU time asked for, what a task gets however busy the machine is.
constexpr int64_t kCrowdedShare = 32;
// More than the start of a process and the steps of the kernel's CPU clocks.
constexpr int64_t kCpuSlackNs = 1'000'000'000;

std::vector<const Event*> Of(EventKind kind, const Run& run) {
  std::vector<const Event*> found;
  for (const Event& event : run.events) {
    if (event.kind == kind) found.push_back(&event);
  }
  return found;
}

// The first operation that lasted less than `least_ns` of what was asked for.
template <typename Least>
std::string FindTooShort(const Run& run, Least least_ns) {
  std::map<int64_t, Event> begun;
  for (const Event& event : run.events) {
    if (event.kind == EventKind::kOpBegin) begun[event.g] = event;
    if (event.kind != EventKind::kOpEnd) continue;
    const Event& begin = begun[event.g];
    const int64_t lasted_ns = event.time_ns - begin.time_ns;
    const int64_t asked_ns = begin.Get(Arg::kDurationNs);
    if (lasted_ns >= least_ns(asked_ns)) continue;
    return fmt::format("{} after {} ns, where {} ns are asked for", Describe(event), lasted_ns,
                       asked_ns);
  }
  return "";
}

// Whatever else the machine does, a task that computes uses the CPU.
std::string FindStandingCpuTime(const Run& run) {
  std::optional<int64_t> before_ns;
  const Event* spun = nullptr;
  for (const Event& event : run.events) {
    if (event.kind == EventKind::kOpBegin && event.Get(Arg::kDurationNs) == kLintCpuNs) {
      spun = &event;
    }
    if (event.kind != EventKind::kCpuTime) continue;
    const int64_t cpu_ns = event.Get(Arg::kCpuNs);
    if (spun == nullptr) {
      before_ns = cpu_ns;
    } else if (event.g == spun->g) {
      if (before_ns && cpu_ns - *before_ns >= kLintCpuNs / kSpinShare) return "";
      return fmt::format(
          "cpu_ns has grown by {} since the last stamp before a spin of {} ns; it is the CPU time "
          "of the process in nanoseconds",
          cpu_ns - before_ns.value_or(0), kLintCpuNs);
    }
  }
  return "";
}

// Who computes uses the CPU whenever it gets it, and who sleeps does not.
std::string FindIdleTime(Op op, const Run& run) {
  int64_t used_ns = 0;
  int64_t asked_ns = 0;
  std::optional<int64_t> before_ns;
  for (const Event& event : run.events) {
    if (event.kind != EventKind::kCpuTime) continue;
    // Every other stamp comes after the operation.
    if (before_ns) {
      used_ns += event.Get(Arg::kCpuNs) - *before_ns;
      asked_ns += kLintCpuNs;
      before_ns.reset();
    } else {
      before_ns = event.Get(Arg::kCpuNs);
    }
  }
  if (used_ns >= asked_ns / kCrowdedShare) return "";
  return fmt::format("{} lasted {} ns in all, and the process has used {} ns of CPU time for it",
                     OpNames()[static_cast<size_t>(op)], asked_ns, used_ns);
}

// Two tasks that were spawned by another one, and only yield, take turns.
std::string FindIdleYields(const Run& run) {
  struct Span {
    int64_t first_ns = INT64_MAX;  // of what it does
    int64_t last_ns = 0;
  };
  std::map<int64_t, Span> pair;  // by the task
  for (const Event& event : run.events) {
    if (event.kind == EventKind::kTaskSpawn && event.g > 0) pair[event.Get(Arg::kTask)] = {};
    const auto found = pair.find(event.g);
    if (found == pair.end()) continue;
    if (event.kind == EventKind::kOpBegin) {
      found->second.first_ns = std::min(found->second.first_ns, event.time_ns);
    } else if (event.kind == EventKind::kOpEnd) {
      found->second.last_ns = event.time_ns;
    }
  }
  if (pair.size() != 2) return "";
  const Span& one = pair.begin()->second;
  const Span& other = pair.rbegin()->second;
  if (one.first_ns < other.last_ns && other.first_ns < one.last_ns) return "";
  return fmt::format(
      "tasks {} and {} could run, and one did all its yields before the other one began: yield "
      "lets no other task run",
      pair.begin()->first, pair.rbegin()->first);
}

// Surely inside a call of kLintBlockNs: an operation is stamped before its call has begun, and when
// others may have run since the call ended.
bool IsInside(const Event& call, const Event& event) {
  const int64_t since_ns = event.time_ns - call.time_ns;
  return since_ns > kLintBlockNs / 2 && since_ns < kLintBlockNs;
}

// While a task blocks, of which the runtime is told, another one that computes goes on.
std::string FindUntoldBlock(const Run& run) {
  constexpr int64_t kCallsLeast = 3;
  std::optional<Event> call;
  int64_t calls = 0;  // after which the other task still had something to do
  for (const Event& event : run.events) {
    const bool is_operation = event.kind == EventKind::kOpBegin || event.kind == EventKind::kOpEnd;
    if (!is_operation) continue;
    const bool blocks = static_cast<Op>(event.Get(Arg::kOp)) == Op::kBlock;
    if (blocks && event.kind == EventKind::kOpBegin) {
      call = event;
    } else if (!blocks && call) {
      if (IsInside(*call, event)) return "";
      if (event.time_ns - call->time_ns < kLintBlockNs) continue;
      call.reset();
      ++calls;
    }
  }
  if (calls < kCallsLeast) return "";
  return fmt::format(
      "during {} calls of {} ns each no other task has run, though one could: \"blocking\" is "
      "\"untold\", or the call is made in another way than that of which the runtime is told",
      calls, kLintBlockNs);
}

// It is the whole process's: a stamp that was begun after another one shows no less, and no more
// than all CPUs can have given.
std::string FindWrongCpuTime(const Run& run) {
  std::map<int64_t, int64_t> least_ns;  // by the task inside stamp: what was shown before it
  std::map<int64_t, int64_t> own_ns;    // by the task: what its last stamp shows
  int64_t shown_ns = 0;                 // by stamps that have ended
  const auto start = std::ranges::find(run.events, EventKind::kProcessStart, &Event::kind);
  for (const Event& event : run.events) {
    if (event.kind == EventKind::kOpBegin) least_ns[event.g] = shown_ns;
    if (event.kind == EventKind::kOpEnd) shown_ns = std::max(shown_ns, own_ns[event.g]);
    if (event.kind != EventKind::kCpuTime) continue;
    const int64_t cpu_ns = event.Get(Arg::kCpuNs);
    own_ns[event.g] = cpu_ns;
    if (cpu_ns < least_ns[event.g]) {
      return fmt::format(
          "{}, after {} was stamped; it is the CPU time of all threads of the "
          "process so far",
          Describe(event), least_ns[event.g]);
    }
    if (start == run.events.end()) continue;
    const int64_t most_ns = (event.time_ns - start->time_ns) * get_nprocs_conf() + kCpuSlackNs;
    if (cpu_ns > most_ns) {
      return fmt::format("{}, where the process has had {} ns of CPU time at most", Describe(event),
                         most_ns);
    }
  }
  return FindStandingCpuTime(run);
}

// One task collects, again and again: each collection ends before the next begins.
std::string FindWrongCollections(const Run& run) {
  const std::vector<const Event*> collections = Of(EventKind::kCollection, run);
  const auto collects = std::ssize(Of(EventKind::kOpEnd, run));
  if (std::ssize(collections) < collects) {
    return fmt::format("collect ended {} times, and {} collections were told", collects,
                       collections.size());
  }
  std::set<int64_t> counts;
  for (const Event* collection : collections) {
    const int64_t count = collection->Get(Arg::kCount);
    if (counts.insert(count).second) continue;
    return fmt::format("two collections have the count {}; it is how many have ended so far",
                       count);
  }
  const int64_t first = collections.front()->Get(Arg::kCount);
  const int64_t last = collections.back()->Get(Arg::kCount);
  if (first <= last) return "";
  return fmt::format("the count of collections falls from {} to {}; it is how many have ended",
                     first, last);
}

// What one timer of a run of a task was told and has done, by the stamps so far.
struct TimerCounts {
  int64_t set = 0;
  int64_t stopped = 0;  // before it fired
  int64_t fired = 0;
};

// A timer that was never set, or of which each time was stopped or has fired before the question is
// asked, is not active. That of one that is about to fire may be either.
std::string FindWrongAnswer(const Run& run) {
  std::map<std::pair<int64_t, int64_t>, TimerCounts> timers;
  std::map<int64_t, std::map<int64_t, bool>> is_over;  // by the task inside, of each of its timers
  std::map<int64_t, Op> asked;                         // by the task inside
  for (const Event& event : run.events) {
    if (event.kind == EventKind::kOpBegin) {
      asked[event.g] = static_cast<Op>(event.Get(Arg::kOp));
      for (auto& [key, counts] : timers) {
        if (key.first != event.g) continue;
        is_over[event.g][key.second] = counts.stopped + counts.fired >= counts.set;
      }
    }
    if (event.kind != EventKind::kTimerAnswer && event.kind != EventKind::kTimerExpired) continue;
    const int64_t timer = event.Get(Arg::kTimer);
    TimerCounts& counts = timers[{event.g, timer}];
    if (event.kind == EventKind::kTimerExpired) {
      ++counts.fired;
      continue;
    }
    const auto over = is_over[event.g].find(timer);
    if (event.Get(Arg::kActive) == 1 && (over == is_over[event.g].end() || over->second)) {
      return fmt::format(
          "{}, where it was set {} times, stopped {} times and fired {} times before",
          Describe(event), counts.set, counts.stopped, counts.fired);
    }
    counts.stopped += event.Get(Arg::kActive);
    counts.set += asked[event.g] != Op::kStopTimer ? 1 : 0;
  }
  return "";
}

// At least: work allocates as well. All tasks that allocate run once.
int64_t BytesOf(const Scenario& scenario, const Ledger& ledger) {
  int64_t bytes = 0;
  int64_t times = 0;
  for (const Task& task : scenario.tasks) {
    for (const Operation& operation : task.ops) {
      if (operation.op != Op::kAllocate) continue;
      bytes += operation.bytes * task.repeat;
      times += task.repeat;
    }
  }
  return times == ledger.done[static_cast<size_t>(Op::kAllocate)] ? bytes : ledger.bytes;
}

}  // namespace

std::string FindWrongGathered(const Scenario& scenario, const Gathered& gathered) {
  const Ledger& ledger = gathered.ledger;
  std::string imbalance = FindImbalance(scenario, ledger);
  if (imbalance.empty()) imbalance = FindTimerImbalance(ledger);
  if (imbalance.empty() && ledger.bytes < BytesOf(scenario, ledger)) {
    imbalance = fmt::format("{} bytes were to be allocated, and {} are counted",
                            BytesOf(scenario, ledger), ledger.bytes);
  }
  if (!imbalance.empty()) return "the ledger does not balance: " + imbalance;
  const auto counted = [&](std::string_view name) {
    const auto span = gathered.spans.find(std::string(name));
    return span == gathered.spans.end() ? 0 : span->second.count();
  };
  for (size_t op = 0; op < kOps; ++op) {
    const std::string_view name = OpNames()[op];
    if (counted(name) == ledger.done[op]) continue;
    return fmt::format("spans count {} of {}, and the ledger {}", counted(name), name,
                       ledger.done[op]);
  }
  if (counted("spawn_to_start") != ledger.ended) {
    return fmt::format("spans count {} of spawn_to_start, and {} tasks have run",
                       counted("spawn_to_start"), ledger.ended);
  }
  if (gathered.still_g < 0 || gathered.still_g > ledger.spawned) {
    return fmt::format("progress has g {}, and there were {} runs of tasks", gathered.still_g,
                       ledger.spawned);
  }
  return "";
}

std::string FindFault(Op op, const Run& run) {
  switch (op) {
    case Op::kSpin:
      return FindTooShort(run, [](int64_t asked_ns) { return asked_ns / kSpinShare; });
    case Op::kSleep:
      return FindTooShort(run, [](int64_t asked_ns) { return asked_ns - kTickNs; });
    case Op::kWork:
    case Op::kCalls:
      return FindIdleTime(op, run);
    case Op::kYield:
      return FindIdleYields(run);
    case Op::kBlock:
      return FindUntoldBlock(run);
    case Op::kStamp:
      return FindWrongCpuTime(run);
    case Op::kCollect:
      return FindWrongCollections(run);
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      return FindWrongAnswer(run);
    default:
      return "";
  }
}

}  // namespace proctor
