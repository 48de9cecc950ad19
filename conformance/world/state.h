// What the virtual scheduler is made of: tasks (G), threads (M), processors (P).
//
// Thread safety: plain values.

#ifndef PROCTOR_CONFORMANCE_WORLD_STATE_H_
#define PROCTOR_CONFORMANCE_WORLD_STATE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "conformance/evidence/event.h"
#include "conformance/port/port.h"

namespace proctor {

inline constexpr int32_t kNobody = -1;
inline constexpr int64_t kNoTimer = INT64_MAX;
// The clock's beginning: not 0, which means "never" to a scheduler, and long after it.
inline constexpr int64_t kBootNs = 1'000'000'000'000;
// What an operation costs that takes no time by itself, so that no loop of them stands still.
inline constexpr int64_t kOpNs = 150;

// Numbers of threads that are always there.
inline constexpr int32_t kMainM = 0;
inline constexpr int32_t kMonitorM = 1;
// A thread that belongs to no scheduler: a debugger, a profiler, another library.
inline constexpr int32_t kForeignM = 1'000'000;

// The runtime's own tasks have fixed places and numbers; those of a scenario are numbered from 1.
// kMain starts the scenario's tasks, waits for them all, sleeps for the scenario's time of
// settling, and ends the process.
enum class Role : uint8_t { kScenario, kMain, kHelper, kScavenger, kResizer, kStopper };
inline constexpr int32_t kOwnTasks = 5;
inline constexpr int64_t kFirstOwnTask = 1'000'000'000;

// Tasks in order, as indices; allocates only to grow.
class TaskQueue {
 public:
  bool empty() const { return count_ == 0; }
  int32_t size() const { return static_cast<int32_t>(count_); }

  void Append(int32_t g) {
    if (count_ == ring_.size()) Grow();
    ring_[(head_ + count_++) % ring_.size()] = g;
  }

  int32_t Pop() {
    const int32_t g = ring_[head_];
    head_ = (head_ + 1) % ring_.size();
    --count_;
    return g;
  }

 private:
  void Grow() {
    std::vector<int32_t> bigger(ring_.empty() ? 8 : 2 * ring_.size());
    for (size_t i = 0; i < count_; ++i) bigger[i] = ring_[(head_ + i) % ring_.size()];
    ring_.swap(bigger);
    head_ = 0;
  }

  std::vector<int32_t> ring_;
  size_t head_ = 0;
  size_t count_ = 0;
};

// How far a task is with what it does in several parts. A computation takes place between two of
// them.
enum Phase : int32_t {
  kNotStarted,  // of the runtime's own tasks: waits to be asked
  kStarted,
  kBetweenCalls,      // computes between two short calls
  kStopWanted,        // is to stop the world
  kCollectionWanted,  // is to begin a collection, as soon as nobody else stops the world
  kMarking,
  kCollectionEnds,  // is to end it
};

struct G {
  int64_t id = 0;
  Role role = Role::kScenario;
  TaskStatus status = TaskStatus::kGone;
  bool marked = false;  // asked to yield
  bool locked = false;  // held in its system call

  // Where it is in its program.
  int32_t program = 0;
  int32_t op = 0;
  int64_t repeats_left = 0;
  bool begun = false;          // the present operation has been begun
  int64_t left_ns = 0;         // of a computation
  int64_t calls_until_ns = 0;  // end of a run of short calls
  Phase phase = kNotStarted;
  bool exits_on_resume = false;  // its system call is over, but it had to wait for a processor
};

// What a thread does next.
enum class Step : uint8_t {
  kParked,
  kBegin,        // a thread that was given a processor starts
  kSchedule,     // looks for a task
  kSpun,         // has given its processor back and looks around once more
  kIdle,         // nothing found: blocks in the poller or parks
  kResume,       // the task goes on with its program
  kOpEnd,        // a computation ends
  kEnterWake,    // into a system call: wake the monitor
  kEnter,        // leave the processor behind
  kEnterStop,    // give it to the stopper
  kReturn,       // out of a system call: look at the old processor
  kReturnSwap,   // swap its status
  kReturnIdle,   // take an idle one
  kReturnSlow,   // give up the thread, look once more
  kPollTimeout,  // blocked in the poller until then
  kPollBack,     // back from the poller
  kStop,         // stop the world
  kStopAgain,    // not stopped yet: ask again
  kStopped,
  kResize,   // the list of processors grows
  kResized,  // the new ones are made
  kStart,    // let the world go on
};

// Why the world is stopped.
enum class StopReason : uint8_t { kNone, kCollectionBegin, kCollectionEnd, kResize, kPlain };

// What the world itself does; each has its number on the agenda.
enum class Actor : int32_t {
  kBudgetEnd = -1,
  kResize = -3,
  kStop = -4,
  kHoldMonitorLock = -5,
  kReleaseMonitorLock = -6,
  kTraceWork = -7,
  kSafePoint = -8,
  kAskScavenger = -9,
  kDying = -10,
  kDead = -11,
  kCollectorUp = -12,
  kChangePercent = -13,
};
// Then downwards: the scenario's events from outside.
inline constexpr int32_t kFirstOutside = -1'000;
// Then downwards: a preemption reaches thread 0, 1, ...
inline constexpr int32_t kFirstSignal = -100'000'000;

struct M {
  int32_t p = kNobody;
  int32_t next_p = kNobody;  // given to it while it was parked
  int32_t old_p = kNobody;   // left behind in a system call
  int32_t g = kNobody;       // index of the task that it runs
  Step step = Step::kParked;
  bool on_agenda = false;
  uint32_t stamp = 0;  // its valid appointment
  uint32_t syscall_tick = 0;
  int64_t run_until_ns = 0;  // end of the present computation
  bool spinning = false;
  bool was_spinning = false;  // until it gave its processor back
  bool signalled = false;     // a preemption signal is under way
  bool unstarted = false;     // new; not counted yet (see Deviation::kTakenButNotStarted)
};

struct Timer {
  int64_t when_ns;
  uint64_t order;
  int32_t g;           // the task that waits for it; kNobody: it fires for its own
  int64_t owner = 0;   // the id of the task that has set it for its own
  int32_t number = 0;  // among those of its owner
};

struct P {
  int32_t status = PROCTOR_P_IDLE;
  int32_t m = kNobody;
  uint32_t schedule_tick = 0;
  uint32_t syscall_tick = 0;
  bool marked = false;
  bool safe_point = false;
  bool won = false;        // taken out of a system call and not handed on yet
  int32_t next = kNobody;  // run-next
  TaskQueue queue;
  std::vector<Timer> timers;  // a heap, earliest first
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_STATE_H_
