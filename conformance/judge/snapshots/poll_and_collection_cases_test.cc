// The judges of tier D on hand-made evidence of polls, collections and the scavenger.
// Each clause kept, and broken; and what others may do between two snapshots: it accuses nobody.

#include "conformance/judge/snapshots/snapshot_builder.h"

namespace proctor::snapshot_cases {
namespace {

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

}  // namespace
}  // namespace proctor::snapshot_cases
