// The monitor's way into its deep sleep and out of it: DEEP-1 to DEEP-6, DEEP-11, DEEP-13, DEEP-14,
// DEEP-16, ID-4, and the deep sleep of CYC-1. Who wakes it: wake_up.h.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DEEP_SLEEP_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DEEP_SLEEP_H_

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class DeepSleepJudge final : public WhiteBoxJudge {
 public:
  DeepSleepJudge(Tier tier, const Header& header, const State& state);

  void Observe(const Event& event) override;

 private:
  // What was read of "stop-the-world pending or all P idle", with or without the sched lock.
  struct Look {
    bool taken = false;
    bool stop = false;
    Readings idle;
    Readings procs;
    bool Allows() const;
    void Clear() {
      taken = stop = false;
      idle.Clear();
      procs.Clear();
    }
  };

  // Where the monitor is on its way through the sleep.
  enum class Way : uint8_t { kAwake, kPublished, kAsleep, kWoken };

  void OnMonitor(const Event& event);
  void OnSleepStep(const Event& event);
  void OnRead(const Event& event);
  void OnPublish(const Event& event);
  void OnWithdraw(const Event& event);
  void OnRelax(const Event& event);
  void OnNoteClear(const Event& event);
  void OnDutiesBegin(const Event& event);
  bool DeepSleepWasDue(const Event& event) const;
  std::string TermThatForbids() const;
  Maybe IsDuration(int64_t duration_ns) const;
  int64_t LikelyDuration() const;
  void OnDeepSleep(const Event& event);
  void OnDeepWake(const Event& event);
  void OnUnlockSched(const Event& event);
  void JudgePieces(const Event& event, bool woken);

  bool NothingKeepsItAwake(const Event& event) const;
  bool SawAReason() const;

  // The monitor's way into the sleep, in this cycle.
  int64_t awake_step_ = 0;              // of its shallow sleep's end
  bool nothing_kept_it_awake_ = false;  // then: all P idle, no timer due, the trace off
  Look free_look_;
  Look locked_look_;
  Readings timers_ns_;  // the earliest, under the sched lock
  Readings nows_ns_;    // since the shallow sleep
  Way way_ = Way::kAwake;
  std::optional<Event> deep_;
  int64_t deep_duration_ns_ = 0;
  bool relaxed_ = false;
  bool note_cleared_ = false;
  int64_t shallow_since_deep_ = 1;
  int64_t longest_piece_ns_ = 0;
  int64_t pieces_ = 0;
  int64_t hooks_ = 0;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DEEP_SLEEP_H_
