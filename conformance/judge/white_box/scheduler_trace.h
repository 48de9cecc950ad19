// The lines of the scheduler trace: TRC-1.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_SCHEDULER_TRACE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_SCHEDULER_TRACE_H_

#include <cstdint>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class SchedulerTraceJudge final : public WhiteBoxJudge {
 public:
  SchedulerTraceJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  bool IsDue() const;
  void OnLine(const Event& event);
  void OnEnd(const Event& event);

  int64_t interval_ns() const { return tunables_.sched_trace_ms * 1'000'000; }

  bool printed_before_ = false;
  int64_t last_ns_ = 0;  // the `now` of the cycle that printed the last line
  int64_t lines_ = 0;    // in this cycle
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_SCHEDULER_TRACE_H_
