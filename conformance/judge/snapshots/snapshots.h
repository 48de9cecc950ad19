// The judges of tier D, on the view that they share, as one judge.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SNAPSHOTS_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SNAPSHOTS_H_

#include <memory>

#include "conformance/judge/judge.h"

namespace proctor::snapshots {

// For evidence with this header; nullptr: it holds no snapshots.
//
// Thread safety: none; one thread at a time.
std::unique_ptr<Judge> MakeSnapshotPanel(const Header& header);

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SNAPSHOTS_H_
