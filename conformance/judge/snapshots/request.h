// What comes of a request to preempt: PRE-1.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_REQUEST_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "conformance/judge/snapshots/snapshot_judge.h"

namespace proctor::snapshots {

class RequestJudge final : public SnapshotJudge {
 public:
  RequestJudge(const Header& header, const View& view);
  void Observe(const Event& event) override;

 private:
  void OnOutcome(const Event& event);
  bool SameTask(size_t p) const;
  void JudgeSignal(const Event& request, const Event& signal);
  void JudgeSilence(const Event& request, const Event& event);
  void JudgeMark(Variable mark, const char* whose, int64_t& in_a_row, const Event& request,
                 const Event& signal);

  // The request that has not shown its outcome, and the state when it began.
  std::optional<Event> request_;
  Picture at_request_;
  int64_t unmarked_ = 0;        // signals in a row that came with a P not marked
  int64_t unmarked_tasks_ = 0;  // ... with its task not marked
  int64_t signalled_ = 0;
  int64_t unsignalled_ = 0;  // requests that marked a task, and nothing more
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_REQUEST_H_
