// What the judges of tier D share.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SNAPSHOT_JUDGE_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SNAPSHOT_JUDGE_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "conformance/judge/judge.h"
#include "conformance/judge/snapshots/view.h"

namespace proctor::snapshots {

// It is called with events that the View has taken in. At a shallow sleep the View still shows the
// cycle that it ends.
//
// Thread safety: none.
class SnapshotJudge : public Judge {
 protected:
  SnapshotJudge(const Header& header, const View& view, std::initializer_list<ClauseId> clauses)
      : Judge(kD, clauses), tunables_(header.in_force), profile_(header.profile), view_(view) {}

  // Kept or broken, by one condition.
  void Expect(bool kept, ClauseId clause, const char* message, const Event& event) {
    if (kept) {
      Trigger(clause);
    } else {
      Violate(clause, message, {event});
    }
  }

  // Since Go 1.26 a processor has the same status in a system call as while it runs.
  bool TakesByTaskLock() const { return (profile_ & kSince1_26) != 0; }

  // As it is, where it can be read: a runtime may come up with another one.
  int64_t forced_period_ns() const {
    return view_.Knows(Variable::kForcedPeriod) ? view_.now()[Variable::kForcedPeriod]
                                                : tunables_.forcegc_period_ns;
  }

  const Tunables tunables_;
  const Profile profile_;
  const View& view_;
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SNAPSHOT_JUDGE_H_
