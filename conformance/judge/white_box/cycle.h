// Order and locks of a cycle, and the duties that are decided within it: CYC-1 to CYC-4, POLL-1 to
// POLL-5, GC-1 to GC-3 and GC-5, SCAV-1, TRC-1, VER-1, ID-2 and ID-3.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_CYCLE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_CYCLE_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class CycleJudge final : public WhiteBoxJudge {
 public:
  CycleJudge(Tier tier, const Header& header, const State& state);

  void Observe(const Event& event) override;

 private:
  // The steps of a cycle in their order.
  enum class Step {
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

  void OnMonitor(const Event& event);
  void Take(Step step, const Event& event);
  void OnDutiesEnd(const Event& event);
  uint32_t& HeldBy(int32_t m);
  void OnLock(const Event& event);
  void OnPoll(const Event& event);
  void OnSwap(const Event& event);
  void OnIdleLocked(const Event& event);
  void OnCollector(const Event& event);
  void OnScavengerAsked(const Event& event);
  void OnScavengerWake(const Event& event);
  void OnTraceLine(const Event& event);
  void OnStart(const Event& event);

  Step step_ = Step::kShallow;
  int64_t nows_ = 0;

  // The poll of this cycle.
  int64_t seen_poller_ready_ = -1;  // -1: not read
  int64_t seen_last_poll_ns_ = -1;  // -1: not read
  int64_t polls_ = 0;
  int64_t poll_swaps_ = 0;
  int64_t ready_ = -1;
  std::optional<Event> poll_;
  enum class Bracket { kNone, kLowered, kInjecting, kInjected, kRaised };
  Bracket bracket_ = Bracket::kNone;
  bool adjusted_ = false;

  // The forced collection of this cycle.
  std::optional<Event> collector_;
  bool helper_idle_ = false;
  bool forced_ = false;

  bool scavenger_asked_ = false;
  bool scavenger_tried_ = false;
  int64_t scavenger_asked_since_ns_ = -1;
  std::optional<Event> scavenger_woken_;

  int64_t last_trace_ns_ = 0;
  bool traced_ = false;

  int64_t helper_idle_since_ns_ = 0;

  bool rescue_due_ = false;
  bool rescue_looked_ = false;
  bool poller_came_up_ = false;
  bool rescued_ = false;

  bool started_ = false;
  bool counted_ = false;
  bool checked_ = false;

  // The locks of each thread, as bits: of those with low numbers, and of the others.
  std::vector<uint32_t> held_;
  std::unordered_map<int32_t, uint32_t> held_by_others_;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_CYCLE_H_
