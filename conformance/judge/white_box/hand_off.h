// The hand-off of a P, in its order: HAND-1 to HAND-7 and STW-2.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_HAND_OFF_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_HAND_OFF_H_

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class HandOffJudge final : public WhiteBoxJudge {
 public:
  HandOffJudge(Tier tier, const Header& header, const State& state);

  void Observe(const Event& event) override;

 private:
  // One hand-off under way; the values are those read, or -1.
  struct HandOff {
    Event begin;
    int64_t local_work = -1;
    int64_t global_first = -1;
    int64_t global_locked = -1;
    int64_t trace_work = -1;
    int64_t mark_work = -1;
    int64_t spinning = -1;
    int64_t idle = -1;
    bool spinner_won = false;
    bool spinner_lost = false;
    int64_t stop = -1;
    bool safe_point_pending = false;
    bool safe_point_run = false;
    int64_t idle_at_end = -1;
    int64_t last_poll = -1;        // under the sched lock
    int64_t last_poll_after = -1;  // ... and when the lock had been released
    int64_t next_timer = -1;
    int64_t poll_until = -1;
    bool broke_poller = false;
    std::optional<Event> outcome;  // assign, or the write of the P's status
    // At the outcome. Until the end others may stop the world and change how many P there are.
    int64_t procs = 0;
    int64_t idle_then = 0;
    int64_t global_then = 0;
  };

  void OnRead(HandOff& hand_off, const Event& event);
  void OnOutcome(HandOff& hand_off, const Event& event);
  void Decide(const HandOff& hand_off, const Event& end);
  // True: the test ends the hand-off.
  bool DecideByWork(const HandOff& hand_off, const Event& end);
  bool DecideBySpinning(const HandOff& hand_off, const Event& end);
  bool DecideByStop(const HandOff& hand_off, const Event& end);
  bool DecideUnderLock(const HandOff& hand_off, const Event& end);
  void DecideIdle(const HandOff& hand_off, const Event& end);
  bool Rule(const HandOff& hand_off, const Event& end, bool kept, ClauseId clause,
            const char* message);
  // What was read or, where nothing was, what is there.
  static int64_t Actual(int64_t read, int64_t there);

  std::unordered_map<int32_t, HandOff> open_;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_HAND_OFF_H_
