// The judges of tier D on hand-made evidence of the cadence.
// Each clause kept, and broken; and what others may do between two snapshots: it accuses nobody.

#include "conformance/judge/snapshots/snapshot_builder.h"

namespace proctor::snapshot_cases {
namespace {

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

}  // namespace
}  // namespace proctor::snapshot_cases
