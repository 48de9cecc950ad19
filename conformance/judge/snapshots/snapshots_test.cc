// The judges of tier D on hand-made evidence: each clause kept, and broken; and what others may do
// between two snapshots, which accuses nobody.

#include "conformance/judge/snapshots/snapshots.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

using enum ClauseId;
using enum EventKind;

constexpr int64_t kAll =
    kWatchHandOff | kWatchPreemptRequest | kWatchAdjustIdleLocked | kWatchInject | kWatchAssign;
constexpr int64_t kTick = 7;

enum : int64_t { kIdle = 1, kRunning = 2, kInSyscall = 3 };

// A monitor of two processors, cycle by cycle. Times of the monitor's own records are those at
// which it woke up.
class Snapshots : public TraceBuilder {
 public:
  Snapshots() {
    header.tiers = kD;
    header.in_force.procs = 2;
    for (const auto& [variable, value] :
         std::initializer_list<std::pair<Variable, int64_t>>{{Variable::kProcs, 2},
                                                             {Variable::kProcessorCount, 2},
                                                             {Variable::kMonitorWaits, 0},
                                                             {Variable::kMonitorNote, 0},
                                                             {Variable::kSchedLock, 0},
                                                             {Variable::kMonitorLock, 1},
                                                             {Variable::kAllPLock, 0},
                                                             {Variable::kStopPending, 0},
                                                             {Variable::kIdleProcessors, 0},
                                                             {Variable::kSpinningThreads, 0},
                                                             {Variable::kPollerReady, 1},
                                                             {Variable::kLastPoll, 0},
                                                             {Variable::kGlobalQueue, 0},
                                                             {Variable::kThreads, 4},
                                                             {Variable::kIdleThreads, 1},
                                                             {Variable::kIdleLocked, 0},
                                                             {Variable::kSystemThreads, 1},
                                                             {Variable::kHelperIdle, 1},
                                                             {Variable::kCollectorPercent, 100},
                                                             {Variable::kCollecting, 0},
                                                             {Variable::kLastCollection, 0},
                                                             {Variable::kScavengerAsked, 0},
                                                             {Variable::kScavengerParked, 1}}) {
      Set(variable, value);
    }
    for (int32_t p = 0; p < 2; ++p) {
      Of(p, Variable::kStatus, kRunning)
          .Of(p, Variable::kScheduleTick, kTick)
          .Of(p, Variable::kSyscallTick, kTick)
          .Of(p, Variable::kSeenScheduleTick, kTick)
          .Of(p, Variable::kSeenScheduleNs, now_ns)
          .Of(p, Variable::kSeenSyscallTick, 0)
          .Of(p, Variable::kSeenSyscallNs, 0)
          .Of(p, Variable::kLocalWork, 0)
          .Of(p, Variable::kNextTimer, 0)
          .Of(p, Variable::kMarked, 0)
          .Of(p, Variable::kIdleMark, 0)
          .Of(p, Variable::kOwner, 100 + p)
          .Of(p, Variable::kRunningTask, 200 + p);
    }
    Snap().Sleep();
  }

  Snapshots& Set(Variable variable, int64_t value) { return Of(-1, variable, value); }
  Snapshots& Of(int32_t p, Variable variable, int64_t value) {
    Event write = MakeEvent(
        now_ns, kWrite, {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, value}});
    write.p = p;
    events.push_back(write);
    return *this;
  }
  Snapshots& Snap() {
    Add(kSnapshot, {{Arg::kWatched, watched}});
    return *this;
  }
  Snapshots& Sleep(int64_t duration_ns = 20 * kUs) {
    Set(Variable::kMonitorLock, keeps_lock ? 1 : 0).Snap();
    Add(kShallowSleep, {{Arg::kDurationNs, duration_ns}});
    now_ns += duration_ns + lateness_ns;
    return *this;
  }
  Snapshots& Wake() {
    Snap();
    Add(kShallowWake, {{Arg::kInterrupted, 0}});
    woke_ns = events.back().time_ns;
    return Set(Variable::kMonitorLock, takes_lock ? 1 : 0);
  }
  Snapshots& At(EventKind kind, int32_t p = -1,
                std::initializer_list<std::pair<Arg, int64_t>> args = {}) {
    Snap();
    Add(kind, args);
    events.back().p = p;
    return *this;
  }
  // The monitor itself reads or writes it, while the sched lock is held or free.
  Snapshots& Access(EventKind kind, Variable variable, int64_t value, bool locked) {
    Set(Variable::kSchedLock, locked ? 1 : 0);
    At(kind, -1, {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, value}});
    return Set(Variable::kSchedLock, 0);
  }
  Snapshots& Adjust(int64_t delta) { return At(kAdjustIdleLocked, -1, {{Arg::kDelta, delta}}); }
  Snapshots& Start(int32_t p, int64_t spinning) {
    return At(kAssign, p, {{Arg::kSpinning, spinning}});
  }
  Snapshots& Wait(int64_t duration_ns) {
    now_ns += duration_ns;
    return *this;
  }
  // The processor becomes idle.
  Snapshots& Rest(int32_t p) {
    idle_[p] = true;
    return Of(p, Variable::kStatus, kIdle)
        .Of(p, Variable::kIdleMark, ++mark_)
        .Set(Variable::kIdleProcessors, idle_[0] + idle_[1]);
  }
  Snapshots& AllRest() { return Rest(0).Rest(1); }
  // It is in a system call that the monitor saw first `ago_ns` before.
  Snapshots& InCall(int32_t p, int64_t ago_ns) {
    return Of(p, Variable::kStatus, kInSyscall)
        .Of(p, Variable::kSeenSyscallTick, kTick)
        .Of(p, Variable::kSeenSyscallNs, now_ns - ago_ns);
  }
  // The only P is taken six times, with so many tasks on the global queue; the thread that is
  // started looks for work elsewhere, or does not.
  void OnlyP(int64_t global_queue, int64_t spinning) {
    Set(Variable::kProcs, 1).Set(Variable::kGlobalQueue, global_queue);
    for (int i = 0; i < 6; ++i) {
      Of(0, Variable::kSyscallTick, kTick).InCall(0, kMs).Wake().TakeP(0);
      Start(0, spinning).Adjust(1).Sleep();
    }
  }
  // A task begins a new slice and wakes the monitor from its deep sleep, nine times; whether the
  // cycle that was woken records its tick, or only the next one.
  void WakeUpsFromDeepSleep(bool records) {
    AllRest();
    for (int64_t tick = 8; tick < 17; ++tick) {
      Wake()
          .DeepSleepFor(60'000 * kMs)
          .Of(0, Variable::kStatus, kRunning)
          .Of(0, Variable::kIdleMark, 0);
      Of(0, Variable::kScheduleTick, tick).DeepWakeAfter(kUs, WakeCause::kWoken);
      const int64_t now = now_ns;
      if (!records) Sleep().Wake();
      Of(0, Variable::kSeenScheduleTick, tick);
      Of(0, Variable::kSeenScheduleNs, records ? now : woke_ns).Sleep().Wake().Rest(0).Sleep();
    }
  }
  // Five polls find one task ready each, while one task goes on on the only P.
  void PollOnTheOnlyP(int64_t adjustment, int64_t before_injection = 0) {
    header.profile = kGo1_22;
    int64_t waiters = 9;
    Set(Variable::kProcs, 1).Set(Variable::kPollWaiters, waiters);
    for (int i = 0; i < 5; ++i) {
      Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 1}});
      Set(Variable::kPollWaiters, waiters += before_injection).Adjust(-1).At(kInject).Adjust(1);
      Set(Variable::kPollWaiters, waiters += adjustment).Sleep();
    }
  }
  // A collection that is due is forced.
  void ForceOnce() {
    header.in_force.forcegc_period_ns = 200 * kMs;
    Set(Variable::kLastCollection, now_ns - 300 * kMs).Wake();
    Set(Variable::kHelperIdle, 0).At(kInject).Sleep();
  }
  // Six requests, each of which marks the task and, as often as is said, signals its thread.
  void RequestSixTimes(int signals) {
    Wait(11 * kMs);
    for (int i = 0; i < 6; ++i) {
      Of(0, Variable::kTaskMarked, 0).Wake().Set(Variable::kAllPLock, 1).At(kPreemptRequest, 0);
      Of(0, Variable::kMarked, 1).Of(0, Variable::kTaskMarked, 1);
      if (i < signals) At(kPreemptSignal, -1, {{Arg::kTarget, 100}, {Arg::kSignal, 23}});
      At(kPreemptRequest, 1).Set(Variable::kAllPLock, 0).Sleep();
    }
  }
  // Three polls, each of which notes a time so long before its cycle.
  void PollAndNote(int64_t before_cycle_ns) {
    Set(Variable::kLastPoll, now_ns);
    for (int i = 0; i < 3; ++i) {
      Wait(11 * kMs).Wake().Set(Variable::kLastPoll, woke_ns - before_cycle_ns);
      At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Set(Variable::kAllPLock, 1);
      At(kPreemptRequest, 0).At(kPreemptRequest, 1).Set(Variable::kAllPLock, 0).Sleep();
    }
  }
  // Five times a task waits on the queue of a P for ten cycles; the other P is idle, and N threads
  // look for work.
  void WaitBesideAnIdleP(int64_t spinning) {
    for (int i = 0; i < 5; ++i) {
      Wake().Rest(1).Set(Variable::kSpinningThreads, spinning).Of(0, Variable::kLocalWork, 1);
      Sleep();
      for (int cycle = 0; cycle < 10; ++cycle) Wake().Sleep();
      Wake().Of(0, Variable::kLocalWork, 0);
      Of(1, Variable::kStatus, kRunning).Of(1, Variable::kIdleMark, 0).Sleep();
    }
  }
  // ... and is taken and handed off.
  Snapshots& TakeP(int32_t p) {
    return Adjust(-1)
        .Of(p, Variable::kStatus, kIdle)
        .Of(p, Variable::kSyscallTick, kTick + 1)
        .At(kHandOff, p);
  }
  Snapshots& DeepSleepFor(int64_t duration_ns, bool waits = true) {
    Set(Variable::kMonitorLock, keeps_lock ? 1 : 0);
    Set(Variable::kMonitorWaits, waits ? 1 : 0).Snap();
    Add(kDeepSleep, {{Arg::kDurationNs, duration_ns}});
    return *this;
  }
  Snapshots& DeepWakeAfter(int64_t duration_ns, WakeCause cause) {
    Wait(duration_ns).Snap();
    Add(kDeepWake, {{Arg::kCause, static_cast<int64_t>(cause)}});
    return Set(Variable::kMonitorWaits, 0);
  }

  int64_t watched = kAll;
  int64_t woke_ns = 0;
  bool takes_lock = true;   // the monitor, for its duties
  bool keeps_lock = false;  // ... and in its sleeps

 private:
  int64_t mark_ = 0;
  bool idle_[2] = {false, false};
};

struct Case {
  const char* name;
  ClauseId clause;
  Verdict verdict;
  std::function<void(Snapshots&)> tell;
  Profile profile = kGo1_20;
};

void PrintTo(const Case& tested, std::ostream* stream) { *stream << tested.name; }

class SnapshotJudges : public ::testing::TestWithParam<Case> {};

TEST_P(SnapshotJudges, Decide) {
  Snapshots snapshots;
  snapshots.header.profile = GetParam().profile;
  GetParam().tell(snapshots);
  const Ruling ruling = snapshots.Judge(GetParam().clause);
  EXPECT_EQ(ruling.verdict, GetParam().verdict) << ruling.message << snapshots.Violations();
  // Who breaks one clause is accused of no other; who breaks none, of none.
  if (GetParam().verdict != Verdict::kViolates) {
    EXPECT_EQ(snapshots.Violations(), "");
  }
}

constexpr Verdict kKept = Verdict::kConforms;
constexpr Verdict kBroken = Verdict::kViolates;
constexpr Verdict kOpen = Verdict::kNotExercised;

INSTANTIATE_TEST_SUITE_P(
    Slices, SnapshotJudges,
    ::testing::Values(
        Case{"records_a_new_tick", kSLICE_2, kKept,
             [](Snapshots& s) {
               s.Of(0, Variable::kScheduleTick, 8).Wake();
               s.Of(0, Variable::kSeenScheduleTick, 8)
                   .Of(0, Variable::kSeenScheduleNs, s.woke_ns)
                   .Sleep();
             }},
        Case{"records_half_of_a_new_tick", kSLICE_2, kBroken,
             [](Snapshots& s) {
               s.Of(0, Variable::kScheduleTick, 0x1'0008).Wake();
               s.Of(0, Variable::kSeenScheduleTick, 8).Of(0, Variable::kSeenScheduleNs, s.woke_ns);
               s.Of(0, Variable::kScheduleTick, 0x1'0009).Sleep();
             }},
        Case{"leaves_a_new_tick", kSLICE_2, kBroken,
             [](Snapshots& s) {
               s.Of(0, Variable::kScheduleTick, 8);
               for (int i = 0; i < 3; ++i) s.Wake().Sleep();
             }},
        Case{"leaves_a_new_tick_twice", kSLICE_2, kOpen,
             [](Snapshots& s) {
               s.Of(0, Variable::kScheduleTick, 8).Wake().Sleep().Wake().Sleep();
             }},
        Case{"leaves_new_ticks_in_collections", kSLICE_2, kOpen,
             [](Snapshots& s) {
               s.Of(0, Variable::kScheduleTick, 8);
               for (int i = 1; i < 5; ++i) s.Wake().Set(Variable::kLastCollection, i).Sleep();
             }},
        Case{"leaves_a_tick_that_moves", kSLICE_2, kOpen,
             [](Snapshots& s) { s.Wake().Of(0, Variable::kScheduleTick, 8).Sleep(); }},
        Case{"records_a_new_tick_after_deep_sleeps", kCYC_1, kKept,
             [](Snapshots& s) { s.WakeUpsFromDeepSleep(true); }},
        Case{"leaves_new_ticks_after_deep_sleeps", kCYC_1, kBroken,
             [](Snapshots& s) { s.WakeUpsFromDeepSleep(false); }},
        Case{"moves_the_time_of_an_old_tick", kSLICE_2, kBroken,
             [](Snapshots& s) { s.Wake().Of(0, Variable::kSeenScheduleNs, s.woke_ns).Sleep(); }},
        Case{"comes_to_all", kSLICE_1, kKept, [](Snapshots& s) { s.Wake().Sleep(); }},
        Case{"comes_to_the_first_only", kSLICE_1, kBroken,
             [](Snapshots& s) {
               s.Of(0, Variable::kScheduleTick, 8).Of(1, Variable::kScheduleTick, 8).Wake();
               s.Of(0, Variable::kSeenScheduleTick, 8)
                   .Of(0, Variable::kSeenScheduleNs, s.woke_ns)
                   .Sleep();
               for (int i = 0; i < 2; ++i) s.Wake().Sleep();
             }},
        Case{"comes_backwards", kSLICE_1, kBroken,
             [](Snapshots& s) {
               s.Wait(11 * kMs);
               for (int i = 0; i < 4; ++i) {
                 s.Wake().Set(Variable::kAllPLock, 1).At(kPreemptRequest, 1).At(kPreemptRequest, 0);
                 s.Set(Variable::kAllPLock, 0).Sleep();
               }
             }},
        Case{"requests_when_due", kSLICE_3, kKept,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Wake().Set(Variable::kAllPLock, 1);
               s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
             }},
        Case{"does_not_request_where_the_p_was_idle_meanwhile", kSLICE_3, kOpen,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Rest(1).Wake().Of(0, Variable::kStatus, kIdle).Snap();
               s.Of(0, Variable::kStatus, kRunning).Sleep();
             }},
        Case{"does_not_request_where_no_task_runs_yet", kSLICE_3, kOpen,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Rest(1).Of(0, Variable::kRunningTask, 0).Wake().Sleep();
             }},
        Case{"does_not_request", kSLICE_3, kBroken,
             [](Snapshots& s) { s.Wait(11 * kMs).Wake().Sleep(); }},
        Case{"requests_early", kSLICE_3, kBroken,
             [](Snapshots& s) {
               s.Wait(5 * kMs).Wake().Set(Variable::kAllPLock, 1).At(kPreemptRequest, 0).Sleep();
             }},
        Case{"requests_unwatched", kSLICE_3, kOpen,
             [](Snapshots& s) {
               s.watched = kWatchHandOff;
               s.Wait(11 * kMs).Wake().Sleep();
             }},
        Case{"requests_once_only", kSLICE_4, kBroken,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Wake().Set(Variable::kAllPLock, 1);
               s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
               s.Wake().Sleep();
             }},
        Case{"requests_again", kSLICE_4, kKept,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Wake().Set(Variable::kAllPLock, 1);
               s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
               s.Wake().At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
             }},
        Case{"leaves_the_idle", kSYS_10, kKept,
             [](Snapshots& s) { s.Rest(1).Of(1, Variable::kScheduleTick, 9).Wake().Sleep(); }},
        Case{"touches_the_idle", kSYS_10, kBroken,
             [](Snapshots& s) {
               s.Rest(1).Of(1, Variable::kScheduleTick, 9).Wake();
               s.Of(1, Variable::kSeenScheduleTick, 9)
                   .Of(1, Variable::kSeenScheduleNs, s.woke_ns)
                   .Sleep();
             }},
        Case{"touches_one_that_was_idle", kSYS_10, kOpen,
             [](Snapshots& s) {
               s.Rest(1).Of(1, Variable::kScheduleTick, 9).Wake();
               s.Of(1, Variable::kSeenScheduleTick, 9)
                   .Of(1, Variable::kSeenScheduleNs, s.woke_ns)
                   .Rest(1)
                   .Sleep();
             }},
        Case{
            "one_now", kCYC_2, kKept,
            [](Snapshots& s) {
              s.Of(0, Variable::kScheduleTick, 8).Of(1, Variable::kScheduleTick, 8).Wake();
              for (int32_t p = 0; p < 2; ++p)
                s.Of(p, Variable::kSeenScheduleTick, 8).Of(p, Variable::kSeenScheduleNs, s.woke_ns);
              s.Sleep();
            }},
        Case{"two_nows", kCYC_2, kBroken, [](Snapshots& s) {
               s.Of(0, Variable::kScheduleTick, 8).Of(1, Variable::kScheduleTick, 8).Wake();
               for (int32_t p = 0; p < 2; ++p)
                 s.Of(p, Variable::kSeenScheduleTick, 8)
                     .Of(p, Variable::kSeenScheduleNs, s.woke_ns + p);
               s.Wait(kUs).Sleep();
             }}));

INSTANTIATE_TEST_SUITE_P(
    Retake, SnapshotJudges,
    ::testing::Values(
        Case{"takes_a_known_call", kSYS_1, kKept,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1);
               s.Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"takes_a_new_call", kSYS_1, kBroken,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kSeenSyscallTick, 3).Wake().TakeP(1);
               s.Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"records_half_of_the_tick", kSYS_1, kBroken,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kSeenSyscallTick, 3);
               s.Of(1, Variable::kStatus, kRunning).Of(1, Variable::kSyscallTick, 0x1'0007).Wake();
               s.Of(1, Variable::kSeenSyscallTick, 7).Of(1, Variable::kSeenSyscallNs, s.woke_ns);
               s.Sleep();
             },
             kGo1_26},
        Case{"records_a_tick_that_wraps", kSYS_1, kOpen,
             [](Snapshots& s) {
               s.Of(1, Variable::kSyscallTick, 0xFFFF'FFFE).Wake();
               s.Of(1, Variable::kSeenSyscallTick, 0).Of(1, Variable::kSeenSyscallNs, s.woke_ns);
               s.Of(1, Variable::kSyscallTick, 2).Sleep();
             }},
        Case{"records_no_call", kSYS_1, kBroken,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kSeenSyscallTick, 3).Wake().Sleep();
             }},
        Case{"takes_the_next_call", kSYS_1, kOpen,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().Adjust(-1);
               s.Of(1, Variable::kStatus, kIdle).Of(1, Variable::kSyscallTick, kTick + 2);
               s.At(kHandOff, 1).Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"leaves_a_long_call_by_task_lock", kSYS_3, kBroken,
             [](Snapshots& s) {
               s.Wait(5 * kMs).Rest(0).InCall(1, 11 * kMs).Of(1, Variable::kStatus, kRunning);
               for (int i = 0; i < 20; ++i) s.Wake().Adjust(-1).Adjust(1).Sleep();
             },
             kGo1_26},
        Case{"cannot_lock_the_task_once", kSYS_3, kOpen,
             [](Snapshots& s) {
               s.Wait(5 * kMs).Rest(0).InCall(1, 11 * kMs).Of(1, Variable::kStatus, kRunning);
               s.Wake().Adjust(-1).Adjust(1).Sleep();
             },
             kGo1_26},
        Case{"takes_a_new_call_in_an_old_slice", kSYS_5, kKept,
             [](Snapshots& s) {
               s.Wait(11 * kMs).InCall(1, kMs).Of(1, Variable::kSeenSyscallTick, 3).Wake();
               s.Set(Variable::kAllPLock, 1).At(kPreemptRequest, 0).At(kPreemptRequest, 1);
               s.Set(Variable::kAllPLock, 0).TakeP(1).Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"takes_after_a_request_though_the_tick_moved", kSYS_5, kKept,
             [](Snapshots& s) {
               s.Wait(11 * kMs).InCall(1, kMs).Of(1, Variable::kSeenSyscallTick, 3).Wake();
               s.Set(Variable::kAllPLock, 1).At(kPreemptRequest, 0).At(kPreemptRequest, 1);
               s.Of(1, Variable::kScheduleTick, 9).Set(Variable::kAllPLock, 0).TakeP(1);
               s.Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"takes_without_a_reason", kSYS_2, kBroken,
             [](Snapshots& s) {
               s.Rest(0).InCall(1, kMs).Wake().TakeP(1).Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"leaves_work_behind", kSYS_2, kBroken,
             [](Snapshots& s) { s.InCall(1, kMs).Of(1, Variable::kLocalWork, 2).Wake().Sleep(); }},
        Case{"leaves_what_may_be_left", kSYS_2, kKept,
             [](Snapshots& s) { s.Rest(0).InCall(1, kMs).Wake().Sleep(); }},
        Case{"takes_a_long_call", kSYS_3, kKept,
             [](Snapshots& s) {
               s.Wait(5 * kMs).Rest(0).InCall(1, 11 * kMs).Wake().TakeP(1);
               s.Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"leaves_a_long_call", kSYS_3, kBroken,
             [](Snapshots& s) { s.Wait(5 * kMs).Rest(0).InCall(1, 11 * kMs).Wake().Sleep(); }},
        Case{"hands_off_what_is_not_idle", kSYS_6, kBroken,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().Adjust(-1);
               s.At(kHandOff, 1).Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"moves_no_tick", kSYS_6, kBroken,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().Adjust(-1);
               s.Of(1, Variable::kStatus, kIdle).At(kHandOff, 1).Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"moves_no_tick_by_task_lock", kVER_3, kBroken,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kStatus, kRunning).Of(1, Variable::kLocalWork, 1);
               s.Rest(0).Wake().Adjust(-1).Of(1, Variable::kStatus, kIdle).At(kHandOff, 1);
               s.Start(1, 0).Adjust(1).Sleep();
             },
             kGo1_26},
        Case{"moves_the_tick", kSYS_6, kKept,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1);
               s.Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"brackets", kSYS_7, kKept,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1);
               s.Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"raises_before_it_hands_off", kSYS_7, kBroken,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().Adjust(-1).Adjust(1);
               s.Of(1, Variable::kStatus, kIdle).Of(1, Variable::kSyscallTick, kTick + 1);
               s.At(kHandOff, 1).Start(1, 0).Sleep();
             }},
        Case{"does_not_raise", kSYS_7, kBroken,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1);
               s.Start(1, 0).Sleep();
             }},
        Case{"brackets_every_running_p", kVER_3, kKept,
             [](Snapshots& s) { s.Wake().Adjust(-1).Adjust(1).Adjust(-1).Adjust(1).Sleep(); },
             kGo1_26},
        Case{"brackets_one_of_two", kVER_3, kBroken,
             [](Snapshots& s) { s.Wake().Adjust(-1).Adjust(1).Sleep(); }, kGo1_26}));

INSTANTIATE_TEST_SUITE_P(
    HandOff, SnapshotJudges,
    ::testing::Values(
        Case{"starts_for_local_work", kHAND_1, kKept,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1);
               s.Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"starts_nobody_for_local_work", kHAND_1, kBroken,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1);
               s.Adjust(1).Sleep();
             }},
        Case{"starts_nobody_after_thieves", kHAND_1, kOpen,
             [](Snapshots& s) {
               s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1);
               s.Of(1, Variable::kLocalWork, 0).Rest(1).Adjust(1).Sleep();
             }},
        Case{"starts_a_spinning_thread", kHAND_3, kKept,
             [](Snapshots& s) { s.InCall(1, kMs).Wake().TakeP(1).Start(1, 1).Adjust(1).Sleep(); }},
        Case{"starts_nobody_with_one_p", kHAND_3, kBroken,
             [](Snapshots& s) {
               s.Set(Variable::kProcs, 1).Rest(1);
               s.InCall(0, kMs).Wake().TakeP(0).Rest(0).Adjust(1).Sleep();
             }},
        Case{"starts_nobody_who_looks_for_work", kHAND_3, kBroken,
             [](Snapshots& s) { s.OnlyP(0, 0); }},
        Case{"starts_who_looks_elsewhere", kHAND_1, kBroken, [](Snapshots& s) { s.OnlyP(1, 1); }},
        Case{"starts_for_global_work", kHAND_1, kKept, [](Snapshots& s) { s.OnlyP(1, 0); }},
        Case{"starts_who_looks_for_work", kHAND_3, kKept, [](Snapshots& s) { s.OnlyP(0, 1); }},
        Case{"starts_who_polls", kHAND_6, kKept,
             [](Snapshots& s) {
               s.Set(Variable::kLastPoll, s.now_ns).Rest(0).Wait(5 * kMs);
               s.InCall(1, 11 * kMs).Wake().TakeP(1).Start(1, 0).Adjust(1).Sleep();
             }},
        Case{"starts_a_thread_for_no_p", kHAND_6, kOpen,
             [](Snapshots& s) {
               s.Set(Variable::kLastPoll, s.now_ns).Rest(0).Wait(5 * kMs);
               s.InCall(1, 11 * kMs).Wake().TakeP(1).Start(-1, 0).Adjust(1).Sleep();
             }},
        Case{"starts_nobody_who_polls", kHAND_6, kBroken,
             [](Snapshots& s) {
               s.Set(Variable::kLastPoll, s.now_ns).Rest(0).Wait(5 * kMs);
               s.InCall(1, 11 * kMs).Wake().TakeP(1).Rest(1).Adjust(1).Sleep();
             }},
        Case{"goes_idle", kHAND_7, kKept,
             [](Snapshots& s) {
               s.Rest(0).Wait(5 * kMs).InCall(1, 11 * kMs).Wake().TakeP(1).Rest(1);
               s.Adjust(1).Sleep();
             }},
        Case{"loses_its_p", kHAND_7, kBroken,
             [](Snapshots& s) {
               for (int i = 0; i < 20; ++i) {
                 s.Of(1, Variable::kSyscallTick, kTick).InCall(1, kMs).Wake().TakeP(1);
                 s.Adjust(1).Sleep();
               }
             }},
        Case{"starts_threads_for_nothing", kHAND_7, kBroken,
             [](Snapshots& s) {
               for (int i = 0; i < 20; ++i) {
                 s.Of(1, Variable::kSyscallTick, kTick).InCall(1, kMs).Wake().TakeP(1);
                 s.Start(1, 0).Adjust(1).Sleep();
               }
             }},
        Case{"starts_who_polls_beside_a_busy_p", kHAND_7, kBroken,
             [](Snapshots& s) {
               s.Set(Variable::kLastPoll, s.now_ns);
               for (int i = 0; i < 5; ++i) {
                 s.Of(1, Variable::kSyscallTick, kTick).InCall(1, kMs).Wake().TakeP(1);
                 s.Start(1, 0).Adjust(1).Sleep();
               }
             }},
        Case{"starts_who_looks_for_work_beside_an_idle_p", kHAND_3, kBroken,
             [](Snapshots& s) {
               s.Rest(0).Wait(5 * kMs);
               for (int i = 0; i < 5; ++i) {
                 s.Of(1, Variable::kSyscallTick, kTick).InCall(1, 11 * kMs).Wake().TakeP(1);
                 s.Start(1, 1).Adjust(1).Sleep();
               }
             }},
        Case{"takes_before_the_bracket", kSYS_7, kBroken,
             [](Snapshots& s) {
               for (int i = 0; i < 8; ++i) {
                 s.Of(1, Variable::kSyscallTick, kTick).InCall(1, kMs).Wake();
                 s.Of(1, Variable::kStatus, kIdle).TakeP(1).Start(1, 1).Adjust(1).Sleep();
               }
             }},
        Case{"adjusts_under_the_all_p_lock", kCYC_4, kBroken,
             [](Snapshots& s) {
               for (int i = 0; i < 20; ++i) {
                 s.Wake().Set(Variable::kAllPLock, 1).Adjust(-1).Set(Variable::kAllPLock, 0);
                 s.Adjust(1).Sleep();
               }
             }},
        Case{"wakes_somebody_for_work", kHAND_8, kKept,
             [](Snapshots& s) { s.WaitBesideAnIdleP(1); }},
        Case{"wakes_nobody_for_work", kHAND_8, kBroken,
             [](Snapshots& s) { s.WaitBesideAnIdleP(0); }},
        Case{"signals_the_owner", kPRE_1, kKept,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Wake().Set(Variable::kAllPLock, 1).At(kPreemptRequest, 0);
               s.Of(0, Variable::kMarked, 1);
               s.At(kPreemptSignal, -1, {{Arg::kTarget, 100}, {Arg::kSignal, 23}});
               s.At(kPreemptRequest, 1).Sleep();
             }},
        Case{"signals_another_thread", kPRE_1, kBroken,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Wake().Set(Variable::kAllPLock, 1).At(kPreemptRequest, 0);
               s.At(kPreemptSignal, -1, {{Arg::kTarget, 101}, {Arg::kSignal, 23}}).Sleep();
             }},
        Case{"signals_nobody", kPRE_1, kBroken, [](Snapshots& s) { s.RequestSixTimes(0); }},
        Case{"signals_all_but_one", kPRE_1, kKept, [](Snapshots& s) { s.RequestSixTimes(5); }},
        Case{"signals_nobody_with_signals_off", kPRE_1, kOpen,
             [](Snapshots& s) {
               s.header.in_force.asynchronous_preemption = 0;
               s.RequestSixTimes(0);
             }},
        Case{"never_marks_the_task", kPRE_1, kBroken,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Set(Variable::kAllPLock, 1);
               s.Of(0, Variable::kMarked, 1).Of(0, Variable::kTaskMarked, 0);
               for (int i = 0; i < 20; ++i) {
                 s.Wake().At(kPreemptRequest, 0);
                 s.At(kPreemptSignal, -1, {{Arg::kTarget, 100}, {Arg::kSignal, 23}});
                 s.At(kPreemptRequest, 1).Sleep();
               }
             }},
        Case{"never_marks", kPRE_1, kBroken, [](Snapshots& s) {
               s.Wait(11 * kMs).Set(Variable::kAllPLock, 1);
               for (int i = 0; i < 20; ++i) {
                 s.Wake().At(kPreemptRequest, 0);
                 s.At(kPreemptSignal, -1, {{Arg::kTarget, 100}, {Arg::kSignal, 23}});
                 s.At(kPreemptRequest, 1).Sleep();
               }
             }}));

INSTANTIATE_TEST_SUITE_P(
    DeepSleep, SnapshotJudges,
    ::testing::Values(
        Case{"sleeps_when_all_rest", kDEEP_1, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond);
               s.DeepWakeAfter(kMs, WakeCause::kWoken).Sleep();
             }},
        Case{"woken_with_its_flag_down", kDEEP_7, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond).Set(Variable::kMonitorWaits, 0);
               s.Set(Variable::kMonitorNote, 1).DeepWakeAfter(kMs, WakeCause::kWoken);
               s.Set(Variable::kMonitorNote, 0).Sleep();
             }},
        Case{"woken_with_its_flag_up", kDEEP_7, kBroken,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond).Set(Variable::kMonitorNote, 1);
               s.DeepWakeAfter(kMs, WakeCause::kWoken).Sleep();
             }},
        Case{"sleeps_beside_a_busy_p", kDEEP_1, kBroken,
             [](Snapshots& s) {
               s.Rest(1).Set(Variable::kIdleProcessors, 1).Wake().DeepSleepFor(60 * kSecond);
             }},
        Case{"sleeps_beside_one_that_just_began", kDEEP_1, kOpen,
             [](Snapshots& s) {
               s.AllRest().Wake().Of(0, Variable::kStatus, kRunning);
               s.Set(Variable::kIdleProcessors, 1).DeepSleepFor(60 * kSecond);
             }},
        Case{"sleeps_while_the_world_stops", kDEEP_1, kKept,
             [](Snapshots& s) {
               s.Set(Variable::kStopPending, 1).Wake().DeepSleepFor(60 * kSecond);
             }},
        Case{"unsettled", kDEEP_1, kOpen,
             [](Snapshots& s) {
               s.Rest(1).Set(Variable::kIdleProcessors, 1).Wake();
               s.Set(Variable::kSchedLock, 1).DeepSleepFor(60 * kSecond);
             }},
        Case{"sleeps_beside_a_busy_p_11", kDEEP_11, kBroken,
             [](Snapshots& s) {
               s.Rest(1).Set(Variable::kIdleProcessors, 1).Wake().DeepSleepFor(60 * kSecond);
             }},
        Case{"stays_awake", kDEEP_11, kKept, [](Snapshots& s) { s.Wake().Sleep(); }},
        Case{"sleeps_over_a_timer", kDEEP_2, kBroken,
             [](Snapshots& s) {
               s.AllRest().Of(0, Variable::kNextTimer, s.now_ns - kMs).Wake();
               s.DeepSleepFor(60 * kSecond);
             }},
        Case{"sleeps_up_to_a_timer", kDEEP_4, kKept,
             [](Snapshots& s) {
               const int64_t due_ns = s.now_ns + kSecond;
               s.AllRest().Of(0, Variable::kNextTimer, due_ns).Wake();
               s.DeepSleepFor(due_ns - s.woke_ns);
             }},
        Case{"sleeps_too_long", kDEEP_4, kBroken,
             [](Snapshots& s) {
               s.AllRest().Of(0, Variable::kNextTimer, s.now_ns + kSecond).Wake();
               s.DeepSleepFor(60 * kSecond);
             }},
        Case{"sleeps_too_short", kDEEP_4, kBroken,
             [](Snapshots& s) { s.AllRest().Wake().DeepSleepFor(30 * kSecond); }},
        Case{"a_timer_that_was_set_meanwhile", kDEEP_4, kOpen,
             [](Snapshots& s) {
               s.AllRest().Wake().Of(0, Variable::kNextTimer, s.now_ns + kSecond);
               s.DeepSleepFor(60 * kSecond);
             }},
        Case{"publishes", kDEEP_3, kKept,
             [](Snapshots& s) { s.AllRest().Wake().DeepSleepFor(60 * kSecond); }},
        Case{"does_not_publish", kDEEP_3, kBroken,
             [](Snapshots& s) { s.AllRest().Wake().DeepSleepFor(60 * kSecond, false); }},
        Case{"publishes_under_the_lock", kDEEP_3, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().Access(kWrite, Variable::kMonitorWaits, 1, true).Sleep();
             }},
        Case{"publishes_after_the_lock", kDEEP_3, kBroken,
             [](Snapshots& s) {
               s.AllRest().Wake().Access(kWrite, Variable::kMonitorWaits, 1, false).Sleep();
             }},
        Case{"tests_again_under_the_lock", kDEEP_1, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().Access(kRead, Variable::kIdleProcessors, 2, false);
               s.Access(kRead, Variable::kIdleProcessors, 2, true).DeepSleepFor(60 * kSecond);
             }},
        Case{"does_not_test_again", kDEEP_1, kBroken,
             [](Snapshots& s) {
               s.AllRest().Wake().Access(kRead, Variable::kIdleProcessors, 2, false);
               s.DeepSleepFor(60 * kSecond);
             }},
        Case{"one_test_is_seen_too_late", kDEEP_1, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().Set(Variable::kIdleProcessors, 1);
               s.Access(kRead, Variable::kIdleProcessors, 1, false);
               s.Set(Variable::kIdleProcessors, 2).DeepSleepFor(60 * kSecond);
             }},
        Case{"what_it_tests_is_not_seen", kDEEP_1, kKept,
             [](Snapshots& s) { s.AllRest().Wake().DeepSleepFor(60 * kSecond); }},
        Case{"a_stop_was_all_that_it_had_to_test", kDEEP_1, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().Set(Variable::kStopPending, 1);
               s.Access(kRead, Variable::kStopPending, 1, false).DeepSleepFor(60 * kSecond);
             }},
        Case{"woken_before_it_sleeps", kDEEP_3, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().Set(Variable::kMonitorNote, 1);
               s.DeepSleepFor(60 * kSecond, false);
             }},
        Case{"resets", kDEEP_6, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond);
               s.DeepWakeAfter(kMs, WakeCause::kTimeout).Sleep();
             }},
        Case{"clears_the_flag_before_the_lock", kDEEP_6, kBroken,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond);
               s.DeepWakeAfter(kMs, WakeCause::kTimeout);
               s.Access(kWrite, Variable::kMonitorWaits, 0, false).Sleep();
             }},
        Case{"resets_the_note_before_the_lock", kDEEP_6, kBroken,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond);
               s.DeepWakeAfter(kMs, WakeCause::kTimeout);
               s.Access(kWrite, Variable::kMonitorNote, 0, false).Sleep();
             }},
        Case{"leaves_the_note", kDEEP_6, kBroken,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond).Set(Variable::kMonitorNote, 1);
               s.DeepWakeAfter(kMs, WakeCause::kWoken).Sleep();
             }},
        Case{"others_run_meanwhile", kDEEP_12, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond).Of(0, Variable::kScheduleTick, 9);
               s.DeepWakeAfter(kMs, WakeCause::kTimeout).Rest(0).Sleep();
             }},
        Case{"sleeps_with_the_trace_on", kDEEP_13, kBroken,
             [](Snapshots& s) {
               s.header.in_force.sched_trace_ms = 50;
               s.AllRest().Wake().DeepSleepFor(60 * kSecond);
             }},
        Case{"stays_awake_with_the_trace_on", kDEEP_13, kKept,
             [](Snapshots& s) {
               s.header.in_force.sched_trace_ms = 50;
               s.AllRest().Wake().Sleep();
             }},
        Case{"sleeps_twice", kDEEP_14, kBroken,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond);
               s.DeepWakeAfter(kMs, WakeCause::kTimeout).DeepSleepFor(60 * kSecond);
             }},
        Case{"sleeps_shallow_in_between", kDEEP_14, kKept,
             [](Snapshots& s) {
               s.AllRest().Wake().DeepSleepFor(60 * kSecond);
               s.DeepWakeAfter(kMs, WakeCause::kTimeout).Sleep().Wake();
               s.DeepSleepFor(60 * kSecond);
             }},
        Case{"leaves_a_deep_sleep_out", kCYC_1, kBroken,
             [](Snapshots& s) {
               for (int i = 0; i < 10; ++i) {
                 s.AllRest().Wake().Sleep();
               }
             }},
        Case{"polls_after_the_scan", kCYC_1, kBroken,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Wake().Set(Variable::kAllPLock, 1);
               s.At(kPreemptRequest, 0).At(kPreemptRequest, 1);
               s.At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Sleep();
             }},
        Case{"polls_before_the_scan", kCYC_1, kKept,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}});
               s.Set(Variable::kAllPLock, 1);
               s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
             }},
        Case{"keeps_its_lock", kCYC_1, kBroken,
             [](Snapshots& s) {
               s.keeps_lock = true;
               for (int i = 0; i < 17; ++i) s.Wake().Sleep();
             }},
        Case{"keeps_its_lock_in_deep_sleep", kCYC_1, kBroken,
             [](Snapshots& s) {
               s.AllRest();
               for (int i = 0; i < 5; ++i) {
                 s.keeps_lock = true;
                 s.Wake().DeepSleepFor(60 * kSecond).DeepWakeAfter(kMs, WakeCause::kTimeout);
                 s.keeps_lock = false;
                 s.Sleep();
               }
             }},
        Case{"counts_its_threads", kDEAD_1, kKept,
             [](Snapshots& s) { s.AllRest().Wake().DeepSleepFor(60 * kSecond); }},
        Case{"counts_too_few", kDEAD_1, kBroken,
             [](Snapshots& s) {
               s.Set(Variable::kIdleThreads, 4).AllRest().Wake().DeepSleepFor(60 * kSecond);
             }},
        Case{"counts_itself", kID_3, kKept, [](Snapshots& s) { s.Wake().Sleep(); }},
        Case{"does_not_count_itself", kID_3, kBroken,
             [](Snapshots& s) { s.Set(Variable::kSystemThreads, 0).Wake().Sleep(); }},
        Case{"owns_nothing", kID_2, kKept, [](Snapshots& s) { s.Wake().Sleep(); }},
        Case{"owns_a_p", kID_2, kBroken,
             [](Snapshots& s) { s.Wake().Of(1, Variable::kOwner, kMonitor).Sleep(); }},
        Case{"no_monitor_lock", kCYC_3, kBroken,
             [](Snapshots& s) {
               s.takes_lock = false;
               s.Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Sleep();
             }},
        Case{"under_the_monitor_lock", kCYC_3, kKept,
             [](Snapshots& s) {
               s.Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Sleep();
             }},
        Case{"no_all_p_lock", kCYC_4, kBroken,
             [](Snapshots& s) {
               s.Wait(11 * kMs).Wake().At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
             }},
        Case{"under_the_all_p_lock", kCYC_4, kKept, [](Snapshots& s) {
               s.Wait(11 * kMs).Wake().Set(Variable::kAllPLock, 1);
               s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
             }}));

INSTANTIATE_TEST_SUITE_P(
    PollAndCollect, SnapshotJudges,
    ::testing::Values(
        Case{
            "polls_when_stale", kPOLL_1, kKept,
            [](Snapshots& s) {
              s.Set(Variable::kLastPoll, s.now_ns).Wait(11 * kMs).Wake();
              s.Set(Variable::kLastPoll, s.woke_ns);
              s.At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Set(Variable::kAllPLock, 1);
              s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
            }},
        Case{"polls_too_early", kPOLL_1, kBroken,
             [](Snapshots& s) {
               s.Set(Variable::kLastPoll, s.now_ns).Wake();
               s.At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Sleep();
             }},
        Case{"does_not_poll", kPOLL_1, kBroken,
             [](Snapshots& s) {
               s.Set(Variable::kLastPoll, s.now_ns).Wait(11 * kMs).Wake();
               s.Set(Variable::kAllPLock, 1);
               s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
             }},
        Case{"leaves_it_to_another", kPOLL_1, kOpen,
             [](Snapshots& s) {
               s.Set(Variable::kLastPoll, s.now_ns).Wait(11 * kMs).Wake();
               s.Set(Variable::kLastPoll, 0).Set(Variable::kAllPLock, 1);
               s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
             }},
        Case{
            "swaps", kPOLL_2, kKept,
            [](Snapshots& s) {
              s.Set(Variable::kLastPoll, s.now_ns).Wait(11 * kMs).Wake();
              s.Set(Variable::kLastPoll, s.woke_ns);
              s.At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Set(Variable::kAllPLock, 1);
              s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep();
            }},
        Case{"does_not_swap", kPOLL_2, kBroken,
             [](Snapshots& s) {
               s.Set(Variable::kLastPoll, s.now_ns).Wait(11 * kMs).Wake();
               s.At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Sleep();
             }},
        Case{"notes_its_cycle", kPOLL_2, kKept, [](Snapshots& s) { s.PollAndNote(0); }},
        Case{"notes_another_time", kPOLL_2, kBroken, [](Snapshots& s) { s.PollAndNote(kMs); }},
        Case{"polls_without_a_poller", kPOLL_1, kBroken,
             [](Snapshots& s) {
               s.Set(Variable::kPollerReady, 0).Set(Variable::kLastPoll, s.now_ns).Rest(0).Rest(1);
               s.Wait(11 * kMs).Wake().Set(Variable::kLastPoll, s.woke_ns).Sleep();
             }},
        Case{"has_no_poller", kPOLL_1, kKept,
             [](Snapshots& s) {
               s.Set(Variable::kPollerReady, 0).Set(Variable::kLastPoll, s.now_ns).Rest(0).Rest(1);
               s.Wait(11 * kMs).Wake().Sleep();
             }},
        Case{"blocks", kPOLL_3, kBroken,
             [](Snapshots& s) {
               s.Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 5}, {Arg::kReady, 0}}).Sleep();
             }},
        Case{"does_not_block", kPOLL_3, kKept,
             [](Snapshots& s) {
               s.Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Sleep();
             }},
        Case{"injects_in_a_bracket", kPOLL_4, kKept,
             [](Snapshots& s) {
               s.Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 1}});
               s.Adjust(-1).At(kInject).Adjust(1).Sleep();
             }},
        Case{"injects_without_a_bracket", kPOLL_4, kBroken,
             [](Snapshots& s) {
               for (int i = 0; i < 10; ++i) {
                 s.Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 1}});
                 s.At(kInject).Sleep();
               }
             }},
        Case{"does_not_close_the_bracket", kPOLL_4, kBroken,
             [](Snapshots& s) {
               for (int i = 0; i < 10; ++i) {
                 s.Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 1}});
                 s.Adjust(-1).At(kInject).Sleep();
               }
             }},
        Case{"adjusts_the_waiters", kPOLL_5, kKept, [](Snapshots& s) { s.PollOnTheOnlyP(-1); }},
        Case{"adjusts_the_waiters_twice", kPOLL_5, kBroken,
             [](Snapshots& s) { s.PollOnTheOnlyP(-2); }},
        Case{"adjusts_the_waiters_first", kPOLL_5, kBroken,
             [](Snapshots& s) { s.PollOnTheOnlyP(0, -1); }},
        Case{"leaves_the_waiters", kPOLL_5, kBroken, [](Snapshots& s) { s.PollOnTheOnlyP(0); }},
        Case{"forces_before_the_first", kGC_1, kBroken,
             [](Snapshots& s) {
               s.Adjust(-1).Adjust(1).Set(Variable::kHelperIdle, 0).At(kInject).Sleep();
             }},
        Case{"forces_when_due", kGC_1, kKept,
             [](Snapshots& s) {
               s.header.in_force.forcegc_period_ns = 200 * kMs;
               s.Set(Variable::kLastCollection, s.now_ns - 300 * kMs).Wake();
               s.Set(Variable::kHelperIdle, 0).At(kInject).Sleep();
             }},
        Case{"forces_while_another_runs", kGC_1, kBroken,
             [](Snapshots& s) {
               s.header.in_force.forcegc_period_ns = 200 * kMs;
               s.Set(Variable::kLastCollection, s.now_ns - 300 * kMs);
               s.Set(Variable::kCollecting, 1).Wake();
               s.Set(Variable::kHelperIdle, 0).At(kInject).Sleep();
             }},
        Case{"does_not_force", kGC_1, kBroken,
             [](Snapshots& s) {
               s.header.in_force.forcegc_period_ns = 200 * kMs;
               s.Set(Variable::kLastCollection, s.now_ns - 300 * kMs).Wake().Sleep();
             }},
        Case{"forces_too_early", kGC_1, kBroken,
             [](Snapshots& s) {
               s.header.in_force.forcegc_period_ns = 200 * kMs;
               s.Set(Variable::kLastCollection, s.now_ns - 100 * kMs).Wake();
               s.Set(Variable::kHelperIdle, 0).At(kInject).Sleep();
             }},
        Case{"forces_once", kGC_2, kKept, [](Snapshots& s) { s.ForceOnce(); }},
        Case{"forces_without_the_lock", kGC_2, kBroken,
             [](Snapshots& s) { s.Set(Variable::kHelperLock, 0).ForceOnce(); }},
        Case{"forces_under_the_lock", kGC_2, kKept,
             [](Snapshots& s) { s.Set(Variable::kHelperLock, 1).ForceOnce(); }},
        Case{"forces_twice", kGC_2, kBroken,
             [](Snapshots& s) {
               s.header.in_force.forcegc_period_ns = 200 * kMs;
               s.Set(Variable::kLastCollection, s.now_ns - 300 * kMs).Wake();
               s.Set(Variable::kHelperIdle, 0).At(kInject).At(kInject).Sleep();
             }},
        Case{"forces_nothing_with_the_collector_off", kGC_3, kKept,
             [](Snapshots& s) {
               s.header.in_force.forcegc_period_ns = 200 * kMs;
               s.Set(Variable::kCollectorPercent, -1);
               s.Set(Variable::kLastCollection, s.now_ns - 300 * kMs).Wake().Sleep();
             }},
        Case{"forces_with_the_collector_off", kGC_3, kBroken,
             [](Snapshots& s) {
               s.header.in_force.forcegc_period_ns = 200 * kMs;
               s.Set(Variable::kCollectorPercent, -1);
               s.Set(Variable::kLastCollection, s.now_ns - 300 * kMs).Wake();
               s.Set(Variable::kHelperIdle, 0).At(kInject).Sleep();
             }},
        Case{"wakes_the_scavenger", kSCAV_1, kKept,
             [](Snapshots& s) {
               s.Set(Variable::kScavengerAsked, 1).Wake();
               s.Set(Variable::kScavengerAsked, 0).Set(Variable::kScavengerParked, 0).Sleep();
             }},
        Case{"wakes_the_scavenger_unasked", kSCAV_1, kBroken,
             [](Snapshots& s) {
               for (int i = 0; i < 12; ++i) {
                 s.Set(Variable::kScavengerParked, 1).Wake();
                 s.Set(Variable::kScavengerParked, 0).At(kInject).Sleep();
               }
             }},
        Case{"keeps_the_request", kSCAV_1, kBroken,
             [](Snapshots& s) {
               s.Set(Variable::kScavengerAsked, 1);
               for (int i = 0; i < 12; ++i) {
                 s.Set(Variable::kScavengerParked, 1).Wake();
                 s.Set(Variable::kScavengerParked, 0).At(kInject).Sleep();
               }
             }},
        Case{"wakes_the_scavenger_often", kSCAV_1, kKept,
             [](Snapshots& s) {
               for (int i = 0; i < 12; ++i) {
                 s.Set(Variable::kScavengerParked, 1).Set(Variable::kScavengerAsked, 1).Wake();
                 s.Set(Variable::kScavengerAsked, 0).Set(Variable::kScavengerParked, 0);
                 s.At(kInject).Sleep();
               }
             }},
        Case{"forgets_the_scavenger", kSCAV_1, kBroken, [](Snapshots& s) {
               s.Set(Variable::kScavengerAsked, 1);
               for (int i = 0; i < 12; ++i) s.Wake().Sleep();
             }}));

INSTANTIATE_TEST_SUITE_P(
    Cadence, SnapshotJudges,
    ::testing::Values(Case{"doubles", kCAD_2, kKept,
                           [](Snapshots& s) {
                             s.Wake().Sleep();
                             for (int64_t us : {40, 80, 160}) s.Wake().Sleep(us * kUs);
                           }},
                      Case{"doubles_no_more", kCAD_2, kBroken,
                           [](Snapshots& s) {
                             s.Wake().Sleep();
                             for (int64_t us : {40, 80, 80}) s.Wake().Sleep(us * kUs);
                           }},
                      Case{"takes_and_starts_anew", kCAD_3, kKept,
                           [](Snapshots& s) {
                             s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1);
                             s.Start(1, 0).Adjust(1).Sleep();
                           }},
                      Case{"takes_and_goes_on", kCAD_3, kBroken,
                           [](Snapshots& s) {
                             s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1);
                             s.Start(1, 0).Adjust(1).Sleep(40 * kUs);
                           }},
                      Case{"a_request_counts_as_taken", kSYS_11, kBroken, [](Snapshots& s) {
                             s.Wake().Sleep().Wake().Sleep(40 * kUs);
                             s.Wait(11 * kMs).Wake().Set(Variable::kAllPLock, 1);
                             s.At(kPreemptRequest, 0).At(kPreemptRequest, 1).Sleep(20 * kUs);
                           }}));

// What a monitor did where nothing was watched belongs to that cycle, and says nothing of the next.
// Often: what a wake-up in the moment before the sleep explains is excused a few times.
TEST(Snapshots, AWakeUpBehindACycleThatWasNotSeenBeginsAnew) {
  Snapshots s;
  for (int i = 0; i < 6; ++i) {
    s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1).Start(1, 0).Adjust(1);
    s.watched = 0;
    s.Sleep();
    s.watched = kAll;
    s.AllRest().Wake().DeepSleepFor(60 * kSecond).DeepWakeAfter(kMs, WakeCause::kWoken);
    s.Of(0, Variable::kStatus, kRunning).Of(0, Variable::kIdleMark, 0);
    for (int sleep = 0; sleep < 50; ++sleep) s.Sleep().Wake();
    s.Sleep(40 * kUs);
  }
  EXPECT_EQ(s.Violations().find("CAD-"), std::string::npos) << s.Violations();
  EXPECT_EQ(s.Judge(kCAD_4).verdict, Verdict::kConforms);
}

// ... nor of a first cycle that was seen from its wake-up on only.
TEST(Snapshots, AWakeUpIsTheFirstThatIsSeen) {
  Snapshots s;
  s.events.resize(s.events.size() - 1);
  s.watched = 0;
  s.Sleep();
  s.watched = kAll;
  s.AllRest().Wake().DeepSleepFor(60 * kSecond).DeepWakeAfter(kMs, WakeCause::kWoken);
  s.Of(0, Variable::kStatus, kRunning).Of(0, Variable::kIdleMark, 0);
  for (int sleep = 0; sleep < 50; ++sleep) s.Sleep().Wake();
  s.Sleep(40 * kUs);
  EXPECT_EQ(s.Violations().find("CAD-"), std::string::npos) << s.Violations();
}

TEST(Snapshots, ARetakeThatWasNotSeenMayHaveFollowedAWakeUp) {
  Snapshots s;
  for (int i = 0; i < 6; ++i) {
    s.AllRest().Wake().DeepSleepFor(60 * kSecond).DeepWakeAfter(kMs, WakeCause::kWoken);
    s.watched = 0;
    s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).TakeP(1).Start(1, 0).Adjust(1);
    s.watched = kAll;
    for (int sleep = 0; sleep < 51; ++sleep) s.Sleep().Wake();
    s.Sleep(40 * kUs);
  }
  EXPECT_EQ(s.Violations().find("CAD-"), std::string::npos) << s.Violations();
}

TEST(Snapshots, WhoIsDyingIsNotJudged) {
  Snapshots dying;
  dying.AllRest().Wake().Set(Variable::kDying, 1).Sleep(kMs).Wake().Sleep();
  EXPECT_EQ(dying.Violations(), "");
}

// The number of processors stands before what is written of the one that goes.
TEST(Snapshots, AProcessorMayGoWithinACycleAndComeBack) {
  Snapshots fewer;
  fewer.Wake().Set(Variable::kProcessorCount, 1).Of(1, Variable::kStatus, kIdle);
  fewer.Of(0, Variable::kScheduleTick, kTick + 1).Of(0, Variable::kSeenScheduleTick, kTick + 1);
  fewer.Of(0, Variable::kSeenScheduleNs, fewer.woke_ns).Sleep();
  fewer.Wake().Set(Variable::kProcessorCount, 2).Sleep();
  fewer.Wake().Sleep();
  EXPECT_EQ(fewer.Violations(), "");
}

TEST(Snapshots, AGapEndsWhatIsKnown) {
  Snapshots gap;
  gap.Wait(11 * kMs).Wake();
  gap.Gap();
  gap.Sleep();
  EXPECT_EQ(gap.Violations(), "");
}

}  // namespace
}  // namespace proctor
