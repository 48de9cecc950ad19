// Judges how the monitor takes a P from a system call, in turns of the monitor: SYS-4 (a task that
// waits behind the call gets the P), SYS-1 (not at the first look), SYS-2 and SYS-3 (when a P is
// left alone, and how long), and CAD-3 (a taken P makes the monitor short of sleep).
//
// The beginning of a call is a task's stamp; that the P was taken shows in what the monitor does
// (it wakes or starts a thread, sleeps deep, or goes back to its shortest sleep) and in another
// task's stamp. What lies between is counted in turns (cycle.h): a slow machine stretches a turn,
// it adds none.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OBSERVED_RETAKE_H_
#define PROCTOR_CONFORMANCE_JUDGE_OBSERVED_RETAKE_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/activity.h"
#include "conformance/judge/cycle.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class ObservedRetakeJudge : public StampJudge {
 public:
  explicit ObservedRetakeJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  // The call that a task began last, while it lasts, and what the monitor did since.
  struct Call {
    Event begin;
    std::optional<Event> behind;     // what made a task runnable behind it
    int64_t fresh_since_ns;          // the task's slice began after this; INT64_MIN: not known
    bool alone;                      // no other task lives
    int64_t looks = 0;               // turns that may have seen the call
    int64_t turns = 0;               // turns that began after its begin
    int64_t sleeps = 0;              // shallow sleeps begun
    int64_t seen_by_ns = INT64_MAX;  // the end of the first of them
    bool taken = false;              // the monitor has done what only a taken P explains
    bool slept_deep = false;
    bool cap_judged = false;
    bool proved = false;  // another task runs: the P was taken
    bool reset_judged = false;
  };

  void OnStamp(const Event& event);
  void OnBegin(const Event& event);
  void OnTurn(const Event& sleep);
  void OnTaken(const Event& event);
  void OnDeepSleep(const Event& event);
  void OnOtherRuns(const Event& event);
  void OnCallEnd(const Event& event);
  void AddTurns(const Event& end, bool exceeds);
  Sample SampleTo(const Event& end, bool exceeds) const;

  const Tunables in_force_;
  Activity activity_;
  Cycle cycle_;
  std::optional<Event> spawned_;
  int64_t yielded_by_ = -1;
  int64_t yielded_ns_ = INT64_MIN;
  std::optional<Call> call_;
  int64_t calls_ended_ = 0;

  Samples hand_offs_;    // SYS-4
  Samples needed_;       // SYS-2: nobody else has a P
  Samples left_alone_;   // SYS-2: not before the cap
  Samples capped_;       // SYS-3
  Samples first_looks_;  // SYS-1
  Samples resets_;       // CAD-3
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_OBSERVED_RETAKE_H_
