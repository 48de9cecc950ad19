#include "conformance/adapter/gathered.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "conformance/json/json.h"

namespace proctor {
namespace {

constexpr int64_t kCountMost = int64_t{1} << 50;
constexpr size_t kSpansMost = 64;
constexpr size_t kSpanNameMost = 64;

size_t OpIndex(JsonObject& object, std::string_view member, const std::string& name) {
  const ValueNames names = OpNames();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) object.Fail(member, "unknown operation '" + Quoted(name) + "'");
  return static_cast<size_t>(found - names.begin());
}

void ReadOps(JsonObject& object, std::string_view member, std::array<int64_t, kOps>& counts) {
  object.ForIntegers(member, [&](const std::string& name, int64_t count) {
    if (count < 0 || count > kCountMost) object.Fail(member, "a count must be 0 to 2^50");
    counts[OpIndex(object, member, name)] = count;
  });
}

Ledger ReadLedger(JsonObject& object) {
  Ledger ledger;
  ledger.spawned = object.Integer("spawned", 0, kCountMost);
  ledger.ended = object.Integer("ended", 0, kCountMost);
  ledger.bytes = object.Integer("bytes", 0);
  ledger.calls = object.Integer("calls", 0, kCountMost);
  ledger.left = object.Integer("left", 0, kCountMost);
  if (object.Has("timers")) {
    object.Object("timers", [&](JsonObject& timers) {
      ledger.timers_set = timers.Integer("set", 0, kCountMost);
      ledger.timers_stopped = timers.Integer("stopped", 0, kCountMost);
      ledger.timers_fired = timers.Integer("fired", 0, kCountMost);
    });
  }
  ReadOps(object, "begun", ledger.begun);
  ReadOps(object, "done", ledger.done);
  return ledger;
}

std::map<std::string, Histogram> ReadSpans(JsonObject& object) {
  std::map<std::string, Histogram> spans;
  object.ForObjects("spans", [&](JsonObject& span) {
    const std::string name = span.Text("name");
    if (name.size() > kSpanNameMost || spans.size() >= kSpansMost) {
      span.Fail("name", "is too long, or there are too many");
    }
    const int64_t max_ns = span.Integer("max", 0);
    const Json& buckets = span.Any("buckets");
    if (!buckets.is_array() || buckets.size() % 2 != 0) {
      span.Fail("buckets", "must be an array of buckets and counts in turn");
    }
    for (size_t i = 0; i < buckets.size(); i += 2) {
      const bool integers = buckets[i].is_number_integer() && buckets[i + 1].is_number_integer();
      const int64_t bucket = integers ? buckets[i].get<int64_t>() : -1;
      const int64_t times = integers ? buckets[i + 1].get<int64_t>() : 0;
      if (bucket < 0 || bucket >= Histogram::kBucketsMost || times < 1 || times > kCountMost) {
        span.Fail("buckets", "holds what is no bucket, or no count");
      }
      spans[name].AddBucket(static_cast<int32_t>(bucket), times, max_ns);
    }
  });
  return spans;
}

// How often each task runs; nullopt: a task spawns itself, if by others.
class Runs {
 public:
  explicit Runs(const Scenario& scenario) : scenario_(scenario), counts_(scenario.tasks.size()) {
    Spawns();
  }

  std::optional<int64_t> Of(size_t task) {
    if (open_.size() > scenario_.tasks.size()) return std::nullopt;
    if (counts_[task]) return counts_[task];
    if (std::ranges::find(open_, task) != open_.end()) return std::nullopt;
    open_.push_back(task);
    std::optional<int64_t> count = scenario_.tasks[task].start ? 1 : 0;
    for (const auto& [by, times] : spawns_[task]) {
      const std::optional<int64_t> runs = Of(by);
      if (!runs || *runs > kCountMost / times) return std::nullopt;
      *count += *runs * times;
    }
    open_.pop_back();
    counts_[task] = count;
    return count;
  }

 private:
  void Spawns() {
    spawns_.resize(scenario_.tasks.size());
    for (size_t by = 0; by < scenario_.tasks.size(); ++by) {
      for (const Operation& operation : scenario_.tasks[by].ops) {
        if (operation.op != Op::kSpawn) continue;
        spawns_[static_cast<size_t>(operation.task)][by] += scenario_.tasks[by].repeat;
      }
    }
  }

  const Scenario& scenario_;
  std::vector<std::map<size_t, int64_t>> spawns_;  // of a task: by whom, how often in a run of it
  std::vector<std::optional<int64_t>> counts_;
  std::vector<size_t> open_;
};

// What the scenario's text says; nullopt: it does not.
std::optional<Ledger> Expected(const Scenario& scenario) {
  Ledger ledger;
  Runs runs(scenario);
  for (size_t i = 0; i < scenario.tasks.size(); ++i) {
    const std::optional<int64_t> count = runs.Of(i);
    if (!count) return std::nullopt;
    ledger.spawned += *count;
    for (const Operation& operation : scenario.tasks[i].ops) {
      ledger.done[static_cast<size_t>(operation.op)] += *count * scenario.tasks[i].repeat;
    }
  }
  return ledger;
}

}  // namespace

int64_t Ledger::operations() const { return std::accumulate(done.begin(), done.end(), int64_t{0}); }

std::map<std::string, Histogram> SpansOf(const Scenario& scenario, std::span<const Event> stamps) {
  std::map<std::string, Histogram> spans;
  const auto period = scenario.tunables.find("forcegc_period_ns");
  std::optional<int64_t> collected_ns;
  std::optional<int64_t> ready_ns;        // until the task that waits has ended its wait
  std::map<int64_t, int64_t> spawned_ns;  // of runs of tasks that have not started
  std::map<int64_t, Event> begun;         // by the run of a task
  for (const Event& stamp : stamps) {
    switch (stamp.kind) {
      case EventKind::kTaskSpawn:
        spawned_ns[stamp.Get(Arg::kTask)] = stamp.time_ns;
        break;
      case EventKind::kTaskStart:
        if (const auto spawned = spawned_ns.extract(stamp.g)) {
          spans["spawn_to_start"].Add(std::max<int64_t>(stamp.time_ns - spawned.mapped(), 0));
        }
        break;
      case EventKind::kOpBegin:
        begun[stamp.g] = stamp;
        break;
      case EventKind::kOpEnd:
        if (const auto begin = begun.extract(stamp.g)) {
          const int64_t took_ns = stamp.time_ns - begin.mapped().time_ns;
          const auto op = static_cast<size_t>(stamp.Get(Arg::kOp));
          const int64_t beyond_ns = took_ns - begin.mapped().Get(Arg::kDurationNs);
          spans[std::string(OpNames()[op])].Add(std::max<int64_t>(beyond_ns, 0));
        }
        if (stamp.Get(Arg::kOp) == static_cast<int64_t>(Op::kWait) && ready_ns) {
          spans["ready_to_end"].Add(std::max<int64_t>(stamp.time_ns - *ready_ns, 0));
          ready_ns.reset();
        }
        break;
      case EventKind::kDescriptorReady:
        if (scenario.descriptors == 1) ready_ns = stamp.time_ns;
        break;
      case EventKind::kCollection:
        if (period != scenario.tunables.end() && collected_ns) {
          const int64_t late_ns = stamp.time_ns - *collected_ns - period->second;
          if (late_ns >= 0) spans["collection"].Add(late_ns);  // an earlier one was not forced
        }
        collected_ns = stamp.time_ns;
        break;
      default:
        break;
    }
  }
  return spans;
}

Gathered ReadGathered(JsonObject& object) {
  Gathered gathered;
  object.Object("ledger", [&](JsonObject& ledger) { gathered.ledger = ReadLedger(ledger); });
  object.Object("progress", [&](JsonObject& progress) {
    gathered.still_ns = progress.Integer("still_ns", 0);
    gathered.still_g = progress.Integer("g", 0);
  });
  gathered.spans = ReadSpans(object);
  return gathered;
}

std::string FindImbalance(const Scenario& scenario, const Ledger& ledger) {
  if (ledger.spawned != ledger.ended) {
    return fmt::format("{} tasks were made runnable and {} ended", ledger.spawned, ledger.ended);
  }
  const std::optional<Ledger> expected = Expected(scenario);
  if (expected && expected->spawned != ledger.spawned) {
    return fmt::format("{} tasks were to run and {} ran", expected->spawned, ledger.spawned);
  }
  for (size_t op = 0; op < kOps; ++op) {
    if (ledger.begun[op] != ledger.done[op]) {
      return fmt::format("{}: {} begun, {} done", OpNames()[op], ledger.begun[op], ledger.done[op]);
    }
    if (expected && expected->done[op] != ledger.done[op]) {
      return fmt::format("{}: {} were to happen, {} did", OpNames()[op], expected->done[op],
                         ledger.done[op]);
    }
  }
  const auto done = [&](Op op) { return ledger.done[static_cast<size_t>(op)]; };
  const int64_t sent = done(Op::kSend);
  const int64_t received = done(Op::kReceive);
  if (sent != received + ledger.left) {
    return fmt::format("{} messages were sent, {} received, and {} are left", sent, received,
                       ledger.left);
  }
  return "";
}

std::string FindTimerImbalance(const Ledger& ledger) {
  const auto done = [&](Op op) { return ledger.done[static_cast<size_t>(op)]; };
  if (ledger.timers_set != done(Op::kSetTimer) + done(Op::kResetTimer)) {
    return fmt::format("timers were set {} times, and {} settings are counted",
                       done(Op::kSetTimer) + done(Op::kResetTimer), ledger.timers_set);
  }
  if (ledger.timers_set != ledger.timers_stopped + ledger.timers_fired) {
    return fmt::format(
        "timers were set {} times, stopped {} times before they fired, and fired {} times",
        ledger.timers_set, ledger.timers_stopped, ledger.timers_fired);
  }
  return "";
}

}  // namespace proctor
