// Judges the monitor's deep sleep against what the stamps say must be true: CYC-1 (it is taken when
// it is due), DEEP-4 (it is not shorter than the next timer and the longest sleep allow), DEEP-7
// (nothing but its wakers ends it), DEEP-9 (they do), and STW-1 (so does the end of
// stop-the-world).
//
// While every task waits inside the runtime, all P are idle and the next timer is known from the
// stamps. A task that runs while the monitor sleeps deep must wake it when it enters a system call,
// and one that returns from a call must when it takes an idle P.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OBSERVED_DEEP_SLEEP_H_
#define PROCTOR_CONFORMANCE_JUDGE_OBSERVED_DEEP_SLEEP_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/activity.h"
#include "conformance/judge/cycle.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class ObservedDeepSleepJudge : public StampJudge {
 public:
  explicit ObservedDeepSleepJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  void OnTurn(const Event& sleep);
  void OnDeepSleep(const Event& event);
  void OnDeepWake(const Event& event);
  void OnStamp(const Event& event);
  int64_t SleepsUntilNs() const;
  void Expect(const Event& cause, bool by_world);
  void SettleExpected(const Event& end, bool never);
  bool OthersWait(const Event& event) const;

  const Tunables in_force_;
  Activity activity_;
  Cycle cycle_;
  int64_t last_ns_ = 0;

  // Within one rest of all tasks: turns in a row without a deep sleep.
  int64_t rest_ns_ = INT64_MAX;
  int64_t turns_in_vain_ = 0;
  bool rest_judged_ = false;
  bool deep_in_turn_ = false;
  bool deep_in_collection_ = false;  // it began while a task waited for one
  int64_t pieces_until_ns_ = 0;      // when it must end, where it comes in pieces; 0: it does not

  std::optional<Event> deep_;         // the deep sleep that goes on
  int64_t deep_rest_ns_ = INT64_MAX;  // all tasks have rested since, when it began

  // What must end the deep sleep that goes on.
  struct Expected {
    Event cause;
    bool by_world;
  };
  std::optional<Expected> expected_;

  Samples missed_;     // CYC-1
  Samples too_short_;  // DEEP-4
  Samples unasked_;    // DEEP-7
  Samples lost_;       // DEEP-9
  Samples world_;      // STW-1
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_OBSERVED_DEEP_SLEEP_H_
