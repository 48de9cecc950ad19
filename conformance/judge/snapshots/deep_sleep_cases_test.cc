// The judges of tier D on hand-made evidence of deep sleeps, duties and identity.
// Each clause kept, and broken; and what others may do between two snapshots: it accuses nobody.

#include "conformance/judge/snapshots/snapshot_builder.h"

namespace proctor::snapshot_cases {
namespace {

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

}  // namespace
}  // namespace proctor::snapshot_cases
