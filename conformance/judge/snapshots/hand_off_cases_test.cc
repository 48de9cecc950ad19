// The judges of tier D on hand-made evidence of hand-offs, deadlock checks and signals.
// Each clause kept, and broken; and what others may do between two snapshots: it accuses nobody.

#include "conformance/judge/snapshots/snapshot_builder.h"

namespace proctor::snapshot_cases {
namespace {

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

}  // namespace
}  // namespace proctor::snapshot_cases
