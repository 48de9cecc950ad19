// The judges of tier D on hand-made evidence of takes from system calls.
// Each clause kept, and broken; and what others may do between two snapshots: it accuses nobody.

#include "conformance/judge/snapshots/snapshot_builder.h"

namespace proctor::snapshot_cases {
namespace {

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

}  // namespace
}  // namespace proctor::snapshot_cases
