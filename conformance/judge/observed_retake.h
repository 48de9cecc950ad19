// Judges how the monitor takes a P from a system call, in turns of the monitor: SYS-4 (a task that
// waits behind the call gets the P), SYS-1 (not at the first look), SYS-2 and SYS-3 (when a P is
// left alone, and how long), and CAD-3 (a taken P makes the monitor short of sleep).
//
// The beginning of a call is a task's stamp; that the P was taken shows in what the monitor does
// (it wakes or starts a thread, sleeps deep, or goes back to its shortest sleep) and in another
// task's stamp. What lies between is counted in turns (cycle.h): a slow machine stretches a turn,
// it adds none. Between its stamp and its call a thread may lose its CPU; but no call is shorter
// than what was asked for, so it was inside by its end minus that. Only turns from there on count
// against the monitor, and what depends on them is decided at the call's end.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OBSERVED_RETAKE_H_
#define PROCTOR_CONFORMANCE_JUDGE_OBSERVED_RETAKE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

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
  // A turn while a call lasts: from the end of a sleep to the beginning of the next.
  struct Turn {
    int64_t wake_ns;
    Event sleep;
    bool slept_deep;  // since the call's begin
  };
  // What only a taken P explains.
  struct Taken {
    Event event;
    size_t turns;      // that were over by then
    int64_t since_ns;  // the beginning of the turn under way; INT64_MIN: there was none
  };
  // The call that a task began last, while it lasts, and what the monitor did since.
  struct Call {
    Event begin;
    std::optional<Event> behind;  // what made a task runnable behind it
    int64_t fresh_since_ns;       // the task's slice began after this; INT64_MIN: not known
    size_t alone_turns;           // that were over while no other task ran; SIZE_MAX: none has
    int64_t looks = 0;            // turns that may have seen the call
    int64_t looked_ns;            // the beginning of the last of them
    int64_t sleeps = 0;           // shallow sleeps begun
    std::vector<Turn> turns;      // the first of those that began after its begin
    std::optional<Taken> taken;
    bool slept_deep = false;
    bool proved = false;  // another task runs: the P was taken
    bool reset_judged = false;
    bool alone() const { return alone_turns == SIZE_MAX; }
  };

  void OnStamp(const Event& event);
  void OnBegin(const Event& event);
  void OnTurn(const Event& sleep);
  void OnTaken(const Event& event);
  void OnDeepSleep(const Event& event);
  void OnOtherRuns(const Event& event);
  void OnCallEnd(const Event& event);
  void NoteTaken(const Event& event, int64_t since_ns);
  void JudgeTurns(const Event& end, int64_t inside_ns);
  void JudgeCap(int64_t inside_ns);
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
