// The network poll: POLL-1 to POLL-5.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_POLL_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_POLL_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/snapshots/snapshot_judge.h"

namespace proctor::snapshots {

class PollJudge final : public SnapshotJudge {
 public:
  PollJudge(const Header& header, const View& view);
  void Observe(const Event& event) override;

 private:
  void OnPoll(const Event& event);
  void OnCycle(const Event& event);
  void OnInject(const Event& event);
  void OnInjected(const Event& event);
  void JudgeInjection(const Event& event);
  void JudgeWaiters(const Event& event);
  bool PolledOnTheOnlyP() const;
  const Event* Found() const;  // the poll of this cycle that found something

  bool by_another_ = false;     // somebody else than the poll may have injected in this cycle
  int64_t unbracketed_ = 0;     // injections in a row
  int64_t too_few_ = 0;         // ... of fewer tasks than a poll had found
  int64_t unadjusted_ = 0;      // ... after which the count of waiters was not as many lower
  int64_t adjusted_early_ = 0;  // ... before which it had moved already
  int64_t other_time_ = 0;      // polls in a row that noted another time than their cycle's

  // The injection that is under way, and the state when it began.
  std::optional<Event> at_inject_;
  int64_t queue_before_ = 0;
  int64_t tick_before_ = 0;
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_POLL_H_
