// The monitor's deep sleep and its wake protocol: DEEP-1 to DEEP-16, ID-4, STW-1, and the deep
// sleep of CYC-1.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DEEP_SLEEP_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DEEP_SLEEP_H_

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class DeepSleepJudge final : public WhiteBoxJudge {
 public:
  DeepSleepJudge(Tier tier, const Header& header, const State& state);

  void Observe(const Event& event) override;

 private:
  // A look at "stop-the-world pending or all P idle", with or without the sched lock.
  struct Look {
    bool taken = false;
    bool stop = false;
    int64_t idle = -1;
    int64_t procs = -1;
    bool Allows() const { return taken && (stop || (idle >= 0 && idle == procs)); }
  };

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
  void OnRead(const Event& event);
  void OnPublish(const Event& event);
  void OnDeepSleep(const Event& event);
  void OnDeepWake(const Event& event);
  void OnUnlockSched(const Event& event);

  void OnOthers(const Event& event);
  void BeginWaking(const Event& event, Waker waker);
  void OnFlagRead(const Event& event);
  void OnNoteWake(const Event& event);
  void CheckDebts(const Event& event);
  bool NothingKeepsItAwake() const;
  bool SawAReason() const;
  void CheckOwnDebt(const Event& event);

  // The monitor's way into the sleep, in this cycle.
  bool nothing_kept_it_awake_ =
      false;  // since its shallow sleep: all P idle, no timer, the trace off
  Look free_look_;
  Look locked_look_;
  int64_t earliest_timer_ns_ = INT64_MAX;
  bool timer_read_ = false;
  int64_t now_ns_ = 0;
  std::optional<Event> published_;
  std::optional<Event> deep_;
  int64_t deep_duration_ns_ = 0;
  bool relaxed_ = false;
  bool woke_up_ = false;  // back from the sleep, not yet done with the flag and the note
  bool note_cleared_ = false;
  int64_t shallow_since_deep_ = 1;
  int64_t longest_wait_ns_ = 0;  // since the interceptors' hook was called
  int64_t hooks_ = 0;
  bool others_ran_ = false;  // a task ran during the sleep and nobody woke the monitor

  int64_t wakes_pending_ = 0;  // note_wake since the note was last reset
  std::optional<Event> first_wake_;
  std::unordered_map<int32_t, Waking> waking_;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DEEP_SLEEP_H_
