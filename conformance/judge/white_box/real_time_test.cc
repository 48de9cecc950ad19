// What the judges of the white box make of threads that the system keeps from running between two
// of their steps: no accusation, unless the thread goes on without having done what it owes.

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "conformance/judge/panel.h"
#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

using enum ClauseId;
using enum EventKind;

constexpr int32_t kSomeThread = 0;
constexpr int32_t kOther = 1;

// A runtime's own trace, event by event, a microsecond each.
class Trace : public TraceBuilder {
 public:
  Trace() {
    header.tiers = kT;
    header.in_force.procs = 2;
    Write(-1, Variable::kProcs, 2);
    By(kMonitor, kMonitorStart);
  }

  Trace& By(int32_t m, EventKind kind, std::initializer_list<std::pair<Arg, int64_t>> args = {},
            int32_t p = -1, int64_t g = -1) {
    Add(kind, args, g);
    events.back().m = m;
    events.back().p = p;
    return *this;
  }
  Trace& Write(int32_t m, Variable variable, int64_t value, int32_t p = -1, int64_t g = -1) {
    return By(m, kWrite, {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, value}},
              p, g);
  }
  Trace& Read(int32_t m, Variable variable, int64_t value) {
    return By(m, kRead, {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, value}});
  }
  Trace& Sched(int32_t m, EventKind kind) {
    return By(m, kind, {{Arg::kLock, static_cast<int64_t>(LockId::kSched)}});
  }
  // The monitor goes on for so long.
  Trace& Pass(int64_t duration_ns) {
    Wait(duration_ns);
    return By(kMonitor, kShallowSleep, {{Arg::kDurationNs, 20 * kUs}});
  }
};

// The thread leaves its task behind on the global queue, and its processor idle.
Trace Stranded() {
  Trace trace;
  trace.By(kSomeThread, kAcquire, {}, 0)
      .By(kSomeThread, kEnqueue, {{Arg::kQueue, static_cast<int64_t>(Queue::kGlobal)}}, -1, 5)
      .By(kSomeThread, kRelease, {}, 0)
      .Write(kSomeThread, Variable::kIdleProcessors, 2);
  return trace;
}

TEST(RealTime, ATaskIsStrandedOnceAllThreadsRest) {
  Trace awake = Stranded();
  awake.Pass(kSecond);
  EXPECT_NE(awake.Of(kHAND_8), Verdict::kViolates) << "the thread may yet look again";

  Trace parked = Stranded();
  parked.Write(kSomeThread, Variable::kIdleThreads, 1).Pass(10 * kMs).Pass(kSecond);
  EXPECT_EQ(parked.Of(kHAND_8), Verdict::kViolates);

  Trace polling = Stranded();
  polling
      .By(kSomeThread, kSwap,
          {{Arg::kVariable, static_cast<int64_t>(Variable::kLastPoll)},
           {Arg::kExpected, 7},
           {Arg::kValue, 0}})
      .Pass(10 * kMs)
      .Pass(kSecond);
  EXPECT_EQ(polling.Of(kHAND_8), Verdict::kViolates);

  Trace injecting = Stranded();
  injecting.Write(kSomeThread, Variable::kIdleThreads, 1)
      .By(kMonitor, kInject, {{Arg::kCount, 1}})
      .Pass(10 * kMs)
      .Pass(kSecond);
  EXPECT_NE(injecting.Of(kHAND_8), Verdict::kViolates) << "the monitor is about to start a thread";
}

// A bound in time is for the time in which the process could run.
TEST(RealTime, NothingIsLateThatWasStoppedFromOutside) {
  Trace trace = Stranded();
  trace.Write(kSomeThread, Variable::kIdleThreads, 1).By(-1, kStopped).Wait(kSecond);
  trace.By(-1, kContinued).Pass(kMs);
  EXPECT_NE(trace.Of(kHAND_8), Verdict::kViolates) << trace.Violations();
  trace.Pass(kSecond).Pass(kMs);
  EXPECT_EQ(trace.Of(kHAND_8), Verdict::kViolates);
}

// A task on its way into a system call finds the monitor asleep.
Trace MeetsTheFlag() {
  Trace trace;
  trace.Write(kMonitor, Variable::kMonitorWaits, 1)
      .By(kMonitor, kDeepSleep, {{Arg::kDurationNs, 60 * kSecond}})
      .Write(kSomeThread, Variable::kTaskStatus, 4, -1, 5)
      .Read(kSomeThread, Variable::kMonitorWaits, 1);
  return trace;
}

TEST(RealTime, WhoMeetsTheMonitorAsleepMayTakeItsTimeToWakeIt) {
  Trace late = MeetsTheFlag();
  late.Wait(kSecond);
  late.By(kOther, kAcquire, {}, 1)
      .Sched(kSomeThread, kLock)
      .Read(kSomeThread, Variable::kMonitorWaits, 1)
      .Write(kSomeThread, Variable::kMonitorWaits, 0)
      .By(kSomeThread, kNoteWake, {{Arg::kWaker, static_cast<int64_t>(Waker::kEnter)}})
      .Sched(kSomeThread, kUnlock)
      .By(kSomeThread, kSyscallEnter, {}, 0, 5);
  EXPECT_EQ(late.Of(kDEEP_9), Verdict::kConforms) << late.Violations();

  Trace forgetful = MeetsTheFlag();
  forgetful.By(kSomeThread, kSyscallEnter, {}, 0, 5);
  EXPECT_EQ(forgetful.Of(kDEEP_9), Verdict::kViolates);

  Trace unconvinced = MeetsTheFlag();
  unconvinced.Sched(kSomeThread, kLock)
      .Read(kSomeThread, Variable::kMonitorWaits, 0)
      .Sched(kSomeThread, kUnlock)
      .By(kSomeThread, kSyscallEnter, {}, 0, 5);
  EXPECT_NE(unconvinced.Of(kDEEP_9), Verdict::kViolates) << "somebody else was faster";
}

TEST(RealTime, AHandlerRunsBetweenAnyTwoSteps) {
  const auto request = [](bool marks) {
    Trace trace;
    trace.By(kSomeThread, kPreemptRequest, {{Arg::kAccepted, 1}, {Arg::kThread, kOther}}, 1, 5)
        .By(kSomeThread, kSignalHandled);
    if (marks)
      trace.Write(kSomeThread, Variable::kTaskMarked, 1, -1, 5)
          .Write(kSomeThread, Variable::kMarked, 1, 1);
    trace.Sched(kSomeThread, kLock);
    return trace;
  };
  EXPECT_EQ(request(true).Of(kPRE_1), Verdict::kConforms);
  EXPECT_EQ(request(false).Of(kPRE_1), Verdict::kViolates);
}

TEST(RealTime, AStopperThatDidNotRunAskedOnce) {
  const auto stop = [](int requests) {
    Trace trace;
    trace.Write(kOther, Variable::kStatus, 2, 1);
    trace.By(kSomeThread, kStopTheWorld, {}, 0, 5);
    for (int i = 0; i < requests; ++i) {
      trace.By(kSomeThread, kPreemptRequest, {{Arg::kAccepted, 0}, {Arg::kThread, kOther}}, 1);
    }
    trace.Wait(kSecond);
    trace.By(kOther, kRelease, {}, 1);
    return trace.Of(kSTW_3);
  };
  EXPECT_EQ(stop(0), Verdict::kViolates);
  EXPECT_EQ(stop(1), Verdict::kNotExercised);
  EXPECT_EQ(stop(2), Verdict::kConforms);
}

// What a check ends in is the checking thread's to say.
TEST(RealTime, ADeadlockIsReportedWhenItsThreadRuns) {
  Trace trace;
  trace.Write(kSomeThread, Variable::kThreads, 1)
      .Sched(kSomeThread, kLock)
      .Write(kSomeThread, Variable::kIdleThreads, 1)
      .By(kSomeThread, kDeadlockCheck, {{Arg::kRunning, 0}, {Arg::kTasks, 1}, {Arg::kTimers, 0}})
      .Sched(kSomeThread, kUnlock);
  for (int i = 0; i < 1000; ++i) trace.By(kMonitor, kShallowSleep, {{Arg::kDurationNs, 20 * kUs}});
  Trace reported = trace;
  reported.By(kSomeThread, kDeadlockReport);
  EXPECT_EQ(reported.Of(kDEAD_1), Verdict::kConforms) << reported.Violations();
  EXPECT_NE(reported.Of(kDEAD_5), Verdict::kViolates) << reported.Violations();
}

// The monitor hands P 0 off as the last one that is not idle; before it goes on, another thread has
// stopped the world and changed how many there are.
Trace HandedOffAsTheLast(bool nobody_polls) {
  Trace trace;
  trace.Write(-1, Variable::kIdleProcessors, 1)
      .By(kMonitor, kHandOff, {}, 0)
      .By(kMonitor, kRead,
          {{Arg::kVariable, static_cast<int64_t>(Variable::kLocalWork)}, {Arg::kValue, 0}}, 0)
      .Read(kMonitor, Variable::kGlobalQueue, 0)
      .Read(kMonitor, Variable::kTraceWork, 0)
      .Read(kMonitor, Variable::kMarkWork, 0)
      .Read(kMonitor, Variable::kSpinningThreads, 0)
      .Read(kMonitor, Variable::kIdleProcessors, 1)
      .Sched(kMonitor, kLock)
      .Read(kMonitor, Variable::kStopPending, 0)
      .Read(kMonitor, Variable::kGlobalQueue, 0)
      .Read(kMonitor, Variable::kIdleProcessors, 1)
      .Read(kMonitor, Variable::kLastPoll, nobody_polls ? 7 : 0)
      .By(kMonitor, kAssign, {{Arg::kThread, kSomeThread}, {Arg::kSpinning, 0}, {Arg::kFresh, 0}},
          0)
      .Sched(kMonitor, kUnlock)
      .Write(kOther, Variable::kIdleProcessors, 0)
      .Write(kOther, Variable::kProcs, 4)
      .By(kMonitor, kHandOffEnd, {}, 0);
  return trace;
}

TEST(RealTime, AHandOffIsDecidedByWhatWasThereWhenItWasDecided) {
  Trace last = HandedOffAsTheLast(true);
  EXPECT_EQ(last.Of(kHAND_6), Verdict::kConforms);
  EXPECT_NE(last.Of(kHAND_7), Verdict::kViolates);
  Trace polled = HandedOffAsTheLast(false);
  EXPECT_EQ(polled.Of(kHAND_7), Verdict::kViolates) << "while somebody polls it may go idle";
}

// One scan, of a P in a call of this tick, with work behind it. Its slice is new. Who leaves a call
// for its newness does not look at the work.
void Scan(Trace& trace, int64_t tick, bool takes, bool looks_at_work) {
  const auto lock = [&](EventKind kind, LockId which) {
    trace.By(kMonitor, kind, {{Arg::kLock, static_cast<int64_t>(which)}});
  };
  const auto read = [&](Variable variable, int64_t value) {
    trace.By(kMonitor, kRead,
             {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, value}}, 0);
  };
  trace.Write(kSomeThread, Variable::kScheduleTick, tick, 0);
  trace.Write(kSomeThread, Variable::kSyscallTick, tick, 0);
  trace.Pass(20 * kUs).By(kMonitor, kShallowWake);
  lock(kLock, LockId::kMonitor);
  trace.By(kMonitor, kNow, {{Arg::kNowNs, trace.now_ns}});
  lock(kLock, LockId::kAllP);
  trace.Read(kMonitor, Variable::kProcessorCount, 1);
  read(Variable::kStatus, static_cast<int64_t>(ProcessorStatus::kSyscall));
  read(Variable::kScheduleTick, tick);
  read(Variable::kSyscallTick, tick);
  if (looks_at_work) read(Variable::kLocalWork, 1);
  lock(kUnlock, LockId::kAllP);
  if (takes) {
    trace.By(kMonitor, kSwap,
             {{Arg::kVariable, static_cast<int64_t>(Variable::kStatus)},
              {Arg::kExpected, static_cast<int64_t>(ProcessorStatus::kSyscall)},
              {Arg::kValue, -1}},
             0);
  }
  lock(kLock, LockId::kAllP);
  lock(kUnlock, LockId::kAllP);
  lock(kUnlock, LockId::kMonitor);
}

void Leave(Trace& trace, int64_t tick) { Scan(trace, tick, false, false); }
void LeaveThoughItLooked(Trace& trace, int64_t tick) { Scan(trace, tick, false, true); }
void Take(Trace& trace, int64_t tick) { Scan(trace, tick, true, true); }

// The call at the wrap may not show it. That all later ones are taken for old does, unless new
// calls were never told from old ones, or still are.
TEST(RealTime, TicksComparedByOrderShowInAnyCallAfterTheWrap) {
  constexpr int64_t kLast = UINT32_MAX;
  Trace by_order;
  Leave(by_order, kLast);
  LeaveThoughItLooked(by_order, 3);
  Take(by_order, 5);
  EXPECT_EQ(by_order.Of(kSYS_10), Verdict::kViolates) << by_order.Violations();

  Trace at_first_sight;
  Take(at_first_sight, kLast);
  LeaveThoughItLooked(at_first_sight, 3);
  Take(at_first_sight, 5);
  EXPECT_EQ(at_first_sight.Of(kSYS_1), Verdict::kViolates) << at_first_sight.Violations();
  EXPECT_NE(at_first_sight.Of(kSYS_10), Verdict::kViolates) << at_first_sight.Violations();

  Trace now_and_then;
  for (const int64_t tick : {kLast, 3L, 5L, 7L}) Leave(now_and_then, tick);
  Take(now_and_then, 9);
  EXPECT_EQ(now_and_then.Of(kSYS_1), Verdict::kViolates) << now_and_then.Violations();
  EXPECT_NE(now_and_then.Of(kSYS_10), Verdict::kViolates) << now_and_then.Violations();
}

}  // namespace
}  // namespace proctor
