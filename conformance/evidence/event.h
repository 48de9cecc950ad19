// An event: the unit of evidence. Kinds and arguments are listed in events.def.
//
// Times are nanoseconds on the clock that the evidence's header names. An Event is a plain value of
// fixed size; copying it allocates nothing.
//
// Thread safety: plain values; what looks names up is pure.

#ifndef PROCTOR_CONFORMANCE_EVIDENCE_EVENT_H_
#define PROCTOR_CONFORMANCE_EVIDENCE_EVENT_H_

#include <array>
#include <bitset>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace proctor {

enum class EventKind : uint8_t {
#define EVENT(enumerator, ...) enumerator,
#include "conformance/evidence/events.def"
};

// The variables of the white box.
enum class Variable : int64_t {
#define VARIABLE(enumerator, ...) enumerator,
#include "conformance/evidence/events.def"
};

enum class Arg : uint8_t {
#define ARGUMENT(enumerator, json_name, names) enumerator,
#include "conformance/evidence/events.def"
};

inline constexpr size_t kEventKinds = 0
#define EVENT(...) +1
#include "conformance/evidence/events.def"
    ;
inline constexpr size_t kArgs = 0
#define ARGUMENT(...) +1
#include "conformance/evidence/events.def"
    ;
inline constexpr size_t kVariables = 0
#define VARIABLE(...) +1
#include "conformance/evidence/events.def"
    ;
inline constexpr size_t kArgsPerEventMost = 3;
inline constexpr int32_t kProcessorsMost = 4096;

using EventKinds = std::bitset<kEventKinds>;

inline EventKinds KindSet(std::initializer_list<EventKind> kinds) {
  EventKinds set;
  for (const EventKind kind : kinds) set.set(static_cast<size_t>(kind));
  return set;
}

// The bits of the argument `watched` of a snapshot: functions that stop the monitor's thread.
enum Watched : int64_t {
  kWatchHandOff = 1,
  kWatchPreemptRequest = 2,
  kWatchAdjustIdleLocked = 4,
  kWatchInject = 8,
  kWatchAssign = 16,
};

// How a deep sleep ended. Seen from outside, a time-out may hide a wake-up that came at the same
// moment.
enum class WakeCause : int64_t { kTimeout, kWoken, kEither };

// The locks, in lock order.
enum class LockId : int64_t { kMonitor, kScavenger, kForcedGc, kSched, kAllTasks, kAllP, kTimers };

// Who wakes the monitor: the end of stop-the-world; a task that enters a system call; one that
// leaves one and takes an idle processor at once, or after it had given up its thread.
enum class Waker : int64_t { kStartTheWorld, kEnter, kExitFast, kExitSlow };

// Where runnable tasks wait: the global queue, a processor's own, or its place for the very next
// one.
enum class Queue : int64_t { kGlobal, kLocal, kNext };

// Why a task runs no longer.
enum class OutReason : int64_t { kWaits, kYielded, kPreempted, kEnded };

// How a task came back from a system call: with the processor that it had; with another idle one,
// at once or as the last resort; with none.
enum class ExitPath : int64_t { kReacquired, kIdleFast, kIdleSlow, kQueued };

enum class InternalError : int64_t { kNegativeRunning, kRunnableButNobodyRuns, kHelperAlreadyIdle };

// The values of the variable `status` of a processor, and of `task_status`; events.def says what
// they mean.
enum class ProcessorStatus : int64_t { kNone, kIdle, kRunning, kSyscall, kStopped, kDead };
enum class TaskStatus : int64_t { kGone, kWaiting, kRunnable, kRunning, kInSyscall };

// The operations of a task's program; conformance/scenario says what each does.
enum class Op : int64_t {
  kSpin,
  kWork,
  kBlock,
  kCalls,
  kWait,
  kSleep,
  kYield,
  kSend,
  kReceive,
  kSpawn,
  kAllocate,
  kCollect,
  kStamp,
  kSetTimer,
  kStopTimer,
  kResetTimer,
  kProcs,
  kBlockUntold,
};
inline constexpr size_t kOps = 18;  // as many as its enumerators

// The spelling in JSON of an enumerated argument's values; the index is the value.
using ValueNames = std::span<const std::string_view>;
ValueNames OpNames();
ValueNames WakeCauseNames();
ValueNames LockNames();
ValueNames VariableNames();
ValueNames WakerNames();
ValueNames QueueNames();
ValueNames OutReasonNames();
ValueNames ExitPathNames();
ValueNames InternalErrorNames();

// What JSON calls a kind and an argument. The look-ups return nullopt for an unknown name.
std::string_view EventKindName(EventKind kind);
std::optional<EventKind> FindEventKind(std::string_view name);
std::string_view ArgName(Arg arg);
std::optional<Arg> FindArg(std::string_view name);
ValueNames ArgValueNames(Arg arg);            // empty: the argument is an integer
std::span<const Arg> ArgsOf(EventKind kind);  // in the order of Event::args

// Where in Event::args each kind keeps each argument; -1: it has no such argument. Get and Set are
// on every judge's path: one load instead of a search.
inline constexpr auto kArgPositions = [] {
  using enum Arg;
  std::array<std::array<int8_t, kArgs>, kEventKinds> positions{};
  for (auto& row : positions) row.fill(-1);
  size_t kind = 0;
  const auto add = [&](std::initializer_list<Arg> args) {
    int8_t position = 0;
    for (Arg arg : args) positions[kind][static_cast<size_t>(arg)] = position++;
    ++kind;
  };
#define EVENT(enumerator, name, meaning, ...) add({__VA_ARGS__});
#include "conformance/evidence/events.def"
  return positions;
}();

constexpr int ArgPosition(EventKind kind, Arg arg) {
  return kArgPositions[static_cast<size_t>(kind)][static_cast<size_t>(arg)];
}

struct Event {
  int64_t time_ns = 0;
  EventKind kind = EventKind::kGap;
  int32_t m = -1;  // -1: the event has no such actor
  int32_t p = -1;  // below kProcessorsMost
  int64_t g = -1;
  int64_t args[kArgsPerEventMost] = {};

  // The kind must have the argument.
  int64_t Get(Arg arg) const {
    const int position = ArgPosition(kind, arg);
    assert(position >= 0);
    return args[position];
  }
  Event& Set(Arg arg, int64_t value) {
    const int position = ArgPosition(kind, arg);
    assert(position >= 0);
    args[position] = value;
    return *this;
  }
  bool Is(Arg arg, Op op) const { return Get(arg) == static_cast<int64_t>(op); }
  bool Is(Variable variable) const { return Get(Arg::kVariable) == static_cast<int64_t>(variable); }

  bool operator==(const Event&) const = default;
};

// An event with its arguments by name: MakeEvent(5, EventKind::kShallowSleep, {{Arg::kDurationNs,
// 20000}}).
Event MakeEvent(int64_t time_ns, EventKind kind,
                std::initializer_list<std::pair<Arg, int64_t>> args = {});

// One line for people: "12.000345 s m3 shallow_sleep duration_ns=20000".
std::string Describe(const Event& event);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_EVIDENCE_EVENT_H_
