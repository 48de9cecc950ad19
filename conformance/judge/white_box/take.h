// Taking one P, step by step: SYS-6, SYS-7 and, where a P is taken by the lock of its task, VER-3.
//
//   all-P lock dropped, idle-locked - 1, swap (or task lock), tick bumped, hand-off,
//   idle-locked + 1
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_TAKE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_TAKE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class TakeJudge final : public WhiteBoxJudge {
 public:
  TakeJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  enum class Stage : uint8_t { kNone, kLowered, kLost, kWon, kBumped, kHandedOff };

  void OnIdleLocked(const Event& event);
  void OnLower(const Event& event, int64_t change);
  void OnRaise(const Event& event, int64_t change);
  void OnSwap(const Event& event);
  void OnTaskLock(const Event& event);
  void OnStore(const Event& event);
  void OnBump(const Event& event);
  void OnHandOff(const Event& event);
  void OnEnd(const Event& event);
  bool IsOfPoll();

  // The clause that owns the steps, and the one that owns the bracket around them.
  ClauseId steps() const;
  ClauseId bracket() const;

  Stage stage_ = Stage::kNone;
  int32_t p_ = -1;  // being taken
  bool task_locked_ = false;
  bool looked_ = false;          // within the bracket a task was locked
  bool found_gone_ = false;      // within the bracket the status was read and is no system call
  int64_t changes_of_poll_ = 0;  // of the idle-locked count, that belong to an injection
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_TAKE_H_
