// The judges of tier D on hand-made evidence of slices and requests to yield.
// Each clause kept, and broken; and what others may do between two snapshots: it accuses nobody.

#include "conformance/judge/snapshots/snapshot_builder.h"

namespace proctor::snapshot_cases {
namespace {

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

}  // namespace
}  // namespace proctor::snapshot_cases
