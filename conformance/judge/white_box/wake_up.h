// Who wakes the monitor from its deep sleep, and how: DEEP-7 to DEEP-10, DEEP-12, DEEP-15 and
// STW-1.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WAKE_UP_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WAKE_UP_H_

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class WakeUpJudge final : public WhiteBoxJudge {
 public:
  WakeUpJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  // A thread that does something which must wake a sleeping monitor.
  struct Waking {
    Event cause;
    Waker waker;
    bool looked = false;         // at the flag, without the lock
    bool looked_locked = false;  // and under it
    bool cleared = false;        // the flag, under the lock
    bool owes = false;           // it met the flag up and has not woken the monitor yet
  };

  void OnMonitor(const Event& event);
  void OnOthers(const Event& event);
  void OnSyscallExit(const Event& event);
  void BeginWaking(const Event& event, Waker waker);
  void OnFlagRead(const Event& event);
  void OnNoteWake(const Event& event);
  void CheckDebts(const Event& event);
  void CheckOwnDebt(const Event& event);

  int64_t wakes_pending_ = 0;  // note_wake since the note was last reset
  std::optional<Event> first_wake_;
  std::unordered_map<int32_t, Waking> waking_;
  bool others_ran_ = false;  // a task ran during the sleep and nobody woke the monitor
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WAKE_UP_H_
