// What a cycle does, in which order and under which lock, and that it does nothing else: CYC-1,
// CYC-2, CYC-3, CYC-5 and CYC-6.
//
// Effects have a place; the monitor may read what it likes, whenever it likes.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DUTIES_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DUTIES_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class DutiesJudge final : public WhiteBoxJudge {
 public:
  DutiesJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  // The steps of a cycle in their order.
  enum class Step : uint8_t {
    kShallow,
    kDeep,
    kLock,
    kNow,
    kHook,
    kPoll,
    kRescue,
    kScavenger,
    kRetake,
    kForce,
    kTrace
  };
  static const char* NameOf(Step step);

  std::optional<Step> StepOf(const Event& event) const;
  void Take(Step step, const Event& event);
  void OnHook(const Event& event);
  void OnNow(const Event& event);
  void OnEnd(const Event& event);
  void JudgeForeign(const Event& event);
  void JudgeAdjustment(const Event& event);
  const char* ForeignEffect(const Event& event) const;

  const bool poll_may_adjust_;
  Step step_ = Step::kShallow;
  std::optional<Event> step_event_;
  int64_t nows_ = 0;
  int64_t hooks_ = 0;
  bool started_ = false;
  std::optional<Event> adjusted_;  // the count of waiters, where the poll itself does it
  bool raised_ = false;            // the idle-locked count, under the sched lock that is still held
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DUTIES_H_
