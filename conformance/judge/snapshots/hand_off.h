// Hand-offs: HAND-1, HAND-3, HAND-6 and HAND-7.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_HAND_OFF_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_HAND_OFF_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "conformance/judge/snapshots/snapshot_judge.h"

namespace proctor::snapshots {

class HandOffJudge final : public SnapshotJudge {
 public:
  HandOffJudge(const Header& header, const View& view);
  void Observe(const Event& event) override;

 private:
  void OnOutcome(const Event& event);
  void JudgeWithoutWork(size_t p, const Event& hand_off, const Event& event);
  bool StayedIdle(size_t p) const;
  bool AllOthersIdle(size_t p) const;
  bool AnotherIdle(size_t p) const;
  bool AnotherBusy(size_t p) const;
  void JudgeThread(size_t p, bool spinning, const Event& hand_off, const Event& event);
  void JudgeOnlyP(bool spinning, const Event& hand_off, const Event& event);

  // The hand-off that has not shown its outcome, and the state when it began.
  std::optional<Event> hand_off_;
  Picture at_hand_off_;
  int64_t lost_ = 0;               // hand-offs in a row that left a P to nobody
  int64_t needless_ = 0;           // ... that started a thread for nothing
  int64_t polls_beside_busy_ = 0;  // ... that started one to poll although the P was not the last
  int64_t spins_beside_idle_ = 0;  // ... that started one to look for work beside an idle P
  // With one P: hand-offs in a row that started a thread of the wrong kind.
  int64_t elsewhere_ = 0;  // it looks for work, which waits on the global queue
  int64_t unspun_ = 0;     // it does not, and nobody does
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_HAND_OFF_H_
