#include "conformance/adapter/scenario_replay.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "conformance/adapter/protocol.h"
#include "conformance/adapter/task_cursor.h"

namespace proctor {
namespace {

constexpr int32_t kUnknownProgram = -1;

std::string ProgramName(int32_t program) { return fmt::format("tasks[{}]", program); }

std::string InstanceName(int64_t g, int32_t program) {
  return fmt::format("task {} ({})", g, ProgramName(program));
}

// One run of a task.
struct Instance {
  int32_t program = kUnknownProgram;
  int64_t spawned_ns = INT64_MAX;
  std::vector<const Event*> stamps;
};

// When something was begun and when it had ended, each by time.
struct Traffic {
  std::vector<int64_t> began_ns;
  std::vector<int64_t> ended_ns;
};

// What a timer of one run of a task was told, and what it did.
struct TimerTraffic {
  int64_t set = 0;
  int64_t stopped = 0;  // before it had fired, to reset it included
  std::vector<const Event*> expired;

  int64_t StillToFire() const { return std::max<int64_t>(set - stopped - std::ssize(expired), 0); }
};

class Replay {
 public:
  Replay(const Scenario& scenario, std::span<const Event> events, bool whole)
      : scenario_(scenario),
        whole_(whole),
        sends_(scenario.channels.size()),
        receives_(scenario.channels.size()),
        waits_(static_cast<size_t>(scenario.descriptors)),
        ready_ns_(static_cast<size_t>(scenario.descriptors)) {
    for (const Event& event : events) Sort(event);
  }

  std::string Run() {
    if (error_.empty()) CheckFrame();
    if (error_.empty()) SpawnByScenario();
    // Spawned runs join the list while it is walked.
    for (size_t i = 0; i < order_.size() && error_.empty(); ++i) FollowInstance(order_[i]);
    if (error_.empty()) FindStrangers();
    if (error_.empty()) CheckTraffic();
    if (error_.empty()) CheckTimers();
    return error_;
  }

  Standstill Stand() {
    Standstill stand;
    for (const int64_t g : order_) {
      const auto cursor = cursors_.find(g);
      if (cursor == cursors_.end() || cursor->second.place() == TaskCursor::Place::kEnded) continue;
      Count(g, cursor->second, stand);
    }
    for (const auto& [key, timer] : timers_) stand.for_others += timer.StillToFire();
    return stand;
  }

 private:
  void Fail(std::string error) {
    if (error_.empty()) error_ = "the run does not match its scenario: " + std::move(error);
  }

  void Sort(const Event& event) {
    switch (event.kind) {
      case EventKind::kDescriptorReady:
        ready_ns_[static_cast<size_t>(event.Get(Arg::kDescriptor))].push_back(event.time_ns);
        return;
      case EventKind::kCollection:
        ++collections_;
        return;
      case EventKind::kScenarioStart:
        start_ = &event;
        return;
      case EventKind::kScenarioEnd:
        if (end_ != nullptr) Fail(fmt::format("{}, for the second time", Describe(event)));
        end_ = &event;
        return;
      default:
        break;
    }
    if (!AdapterMakes(event.kind)) return;
    // It may come after everything else: whether it may do so is for the judges.
    if (event.kind == EventKind::kTimerExpired) {
      timers_[{event.g, event.Get(Arg::kTimer)}].expired.push_back(&event);
      return;
    }
    if (first_ == nullptr) first_ = &event;
    last_ = &event;
    if (event.g >= 0) {
      instances_[event.g].stamps.push_back(&event);
    } else if (event.kind == EventKind::kTaskSpawn) {
      spawns_.push_back(&event);
    } else {
      Fail(fmt::format("{} lacks its task's number g", Describe(event)));
    }
  }

  // All that tasks do lies between the start and the end.
  void CheckFrame() {
    if (start_ == nullptr && (whole_ || first_ != nullptr))
      return Fail("scenario_start is missing");
    if (first_ != nullptr && first_->time_ns < start_->time_ns) {
      return Fail(fmt::format("{} comes before scenario_start", Describe(*first_)));
    }
    if (end_ == nullptr && whole_) return Fail("scenario_end is missing");
    if (end_ != nullptr && last_ != nullptr && last_->time_ns > end_->time_ns) {
      Fail(fmt::format("{} comes after scenario_end", Describe(*last_)));
    }
  }

  void SpawnByScenario() {
    size_t next = 0;
    for (size_t i = 0; i < scenario_.tasks.size(); ++i) {
      if (!scenario_.tasks[i].start) continue;
      if (next == spawns_.size()) {
        if (whole_)
          Fail(fmt::format("{} starts at the beginning, and has no task_spawn",
                           ProgramName(static_cast<int32_t>(i))));
        return;
      }
      Spawn(*spawns_[next++], static_cast<int32_t>(i));
    }
    if (next < spawns_.size()) {
      Fail(fmt::format("{} is one more than tasks start at the beginning",
                       Describe(*spawns_[next])));
    }
  }

  void Spawn(const Event& event, int32_t program) {
    const int64_t g = event.Get(Arg::kTask);
    if (g < 1) return Fail(fmt::format("{}: numbers of tasks begin at 1", Describe(event)));
    Instance& instance = instances_[g];
    if (instance.program != kUnknownProgram) {
      return Fail(fmt::format("{}: the number {} was given before", Describe(event), g));
    }
    instance.program = program;
    instance.spawned_ns = event.time_ns;
    order_.push_back(g);
  }

  void FollowInstance(int64_t g) {
    const Instance instance = instances_[g];  // the map grows meanwhile
    TaskCursor& cursor =
        cursors_.emplace(g, TaskCursor(scenario_.tasks[static_cast<size_t>(instance.program)]))
            .first->second;
    for (const Event* stamp : instance.stamps) {
      if (stamp->time_ns < instance.spawned_ns) {
        return Fail(fmt::format("{} comes before the task_spawn of {}", Describe(*stamp),
                                InstanceName(g, instance.program)));
      }
      const bool begins = stamp->kind == EventKind::kOpBegin;
      const bool ends = stamp->kind == EventKind::kOpEnd;
      const Operation* ended =
          ends && cursor.place() == TaskCursor::Place::kInside ? &cursor.operation() : nullptr;
      const std::string wrong = cursor.Take(*stamp);
      if (!wrong.empty()) {
        return Fail(
            fmt::format("{}: {}, {}", InstanceName(g, instance.program), Describe(*stamp), wrong));
      }
      if (begins) Note(cursor.operation(), &Traffic::began_ns, stamp->time_ns);
      if (ended != nullptr) Note(*ended, &Traffic::ended_ns, stamp->time_ns);
      if (stamp->kind == EventKind::kTimerAnswer) NoteAnswer(g, cursor.operation(), *stamp);
      if (stamp->kind == EventKind::kTaskSpawn) Spawn(*stamp, cursor.operation().task);
    }
    if (whole_ && cursor.place() != TaskCursor::Place::kEnded) {
      Fail(fmt::format("{}: {} is missing", InstanceName(g, instance.program), cursor.Due()));
    }
  }

  void Note(const Operation& operation, std::vector<int64_t> Traffic::* when, int64_t time_ns) {
    if (operation.op == Op::kSend) {
      (sends_[static_cast<size_t>(operation.channel)].*when).push_back(time_ns);
    } else if (operation.op == Op::kReceive) {
      (receives_[static_cast<size_t>(operation.channel)].*when).push_back(time_ns);
    } else if (operation.op == Op::kWait) {
      (waits_[static_cast<size_t>(operation.descriptor)].*when).push_back(time_ns);
    } else if (operation.op == Op::kCollect && when == &Traffic::ended_ns) {
      ++collects_;
    }
  }

  void NoteAnswer(int64_t g, const Operation& operation, const Event& answer) {
    TimerTraffic& timer = timers_[{g, operation.timer}];
    timer.set += operation.op != Op::kStopTimer ? 1 : 0;
    timer.stopped += answer.Get(Arg::kActive);
  }

  void FindStrangers() {
    for (const auto& [g, instance] : instances_) {
      if (instance.program != kUnknownProgram) continue;
      return Fail(fmt::format("{}: no task_spawn has given the number {}",
                              Describe(*instance.stamps.front()), g));
    }
    // They differ, so a greater one leaves out another.
    if (whole_ && !instances_.empty() && instances_.rbegin()->first > std::ssize(order_)) {
      Fail(
          fmt::format("a run of a task has the number {}, and there are {} runs: they are "
                      "numbered from 1 on, in the order in which they are spawned",
                      instances_.rbegin()->first, order_.size()));
    }
  }

  // N effects that have ended need N causes begun by then, less those that need none.
  // A beginning is stamped before it and an end after it, so this holds however late stamps are.
  void CheckEachAfterItsCause(const std::string& what, std::vector<int64_t> effects,
                              std::vector<int64_t> causes, size_t need_none) {
    std::ranges::sort(effects);
    std::ranges::sort(causes);
    for (size_t i = need_none; i < effects.size(); ++i) {
      const size_t cause = i - need_none;
      if (cause < causes.size() && causes[cause] <= effects[i]) continue;
      const auto had = std::ranges::upper_bound(causes, effects[i]) - causes.begin();
      return Fail(fmt::format("{}: {} had ended at {} ns after {} of the other side", what, i + 1,
                              effects[i], had));
    }
  }

  void CheckTraffic() {
    for (size_t i = 0; i < sends_.size(); ++i) {
      CheckEachAfterItsCause(fmt::format("receives from channels[{}]", i), receives_[i].ended_ns,
                             sends_[i].began_ns, 0);
      CheckEachAfterItsCause(
          fmt::format("sends to channels[{}], which holds {}", i, scenario_.channels[i].capacity),
          sends_[i].ended_ns, receives_[i].began_ns,
          static_cast<size_t>(scenario_.channels[i].capacity));
    }
    for (size_t i = 0; i < waits_.size(); ++i) {
      CheckEachAfterItsCause(fmt::format("waits for descriptor {}", i), waits_[i].ended_ns,
                             ready_ns_[i], 0);
    }
    if (collects_ > 0 && collections_ == 0) {
      Fail(fmt::format("collect ended {} times, and no collection was told", collects_));
    }
  }

  // How often a timer fires, and when, is what the runtime makes of it, and for the judges. But no
  // adapter may end while one is still to fire.
  void CheckTimers() {
    for (const auto& [key, timer] : timers_) {
      const auto& [g, number] = key;
      if (timer.set == 0) {
        return Fail(fmt::format("{}: task {} has never set its timer {}",
                                Describe(*timer.expired.front()), g, number));
      }
      if (whole_ && timer.StillToFire() > 0) {
        return Fail(
            fmt::format("scenario_end comes although timer {} of task {} is still to fire: it was "
                        "set {} times, stopped {} times before it fired, and fired {} times",
                        number, g, timer.set, timer.stopped, timer.expired.size()));
      }
    }
  }

  void Count(int64_t g, const TaskCursor& cursor, Standstill& stand) {
    if (cursor.place() != TaskCursor::Place::kInside) {
      stand.can_go_on.push_back(g);
      return;
    }
    const Operation& operation = cursor.operation();
    switch (operation.op) {
      case Op::kSleep:
      case Op::kWait:
        ++stand.for_others;
        return;
      case Op::kSend:
      case Op::kReceive:
        break;
      default:
        stand.can_go_on.push_back(g);
        return;
    }
    const auto channel = static_cast<size_t>(operation.channel);
    const Traffic& sends = sends_[channel];
    const Traffic& receives = receives_[channel];
    const auto capacity = static_cast<size_t>(scenario_.channels[channel].capacity);
    const bool ready = operation.op == Op::kSend
                           ? receives.began_ns.size() + capacity > sends.ended_ns.size()
                           : sends.began_ns.size() > receives.ended_ns.size();
    if (ready) {
      stand.can_go_on.push_back(g);
    } else {
      ++stand.for_each_other;
    }
  }

  const Scenario& scenario_;
  const bool whole_;
  std::string error_;
  const Event* start_ = nullptr;
  const Event* end_ = nullptr;
  const Event* first_ = nullptr;  // of the tasks' stamps
  const Event* last_ = nullptr;
  std::vector<const Event*> spawns_;  // by the scenario itself
  std::map<int64_t, Instance> instances_;
  std::vector<int64_t> order_;  // numbers of those that were spawned
  std::map<int64_t, TaskCursor> cursors_;
  std::vector<Traffic> sends_;  // of each channel
  std::vector<Traffic> receives_;
  std::vector<Traffic> waits_;                                  // of each descriptor
  std::vector<std::vector<int64_t>> ready_ns_;                  // of each descriptor
  std::map<std::pair<int64_t, int64_t>, TimerTraffic> timers_;  // by the task and its number
  int64_t collections_ = 0;
  int64_t collects_ = 0;
};

}  // namespace

std::string FindMismatch(const Scenario& scenario, std::span<const Event> events, bool whole) {
  return Replay(scenario, events, whole).Run();
}

Standstill StandstillOf(const Scenario& scenario, std::span<const Event> events) {
  Replay replay(scenario, events, false);
  replay.Run();
  return replay.Stand();
}

}  // namespace proctor
