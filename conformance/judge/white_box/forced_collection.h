// The collections that the monitor forces: GC-1, GC-2, GC-3 and GC-5.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_FORCED_COLLECTION_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_FORCED_COLLECTION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class ForcedCollectionJudge final : public WhiteBoxJudge {
 public:
  ForcedCollectionJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  void Begin();
  void OnClear(const Event& event);
  void OnInject(const Event& event);
  void OnEnd(const Event& event);
  void Settle();
  bool TriggerIn(int64_t allowed, int64_t percent, int64_t last_ns) const;
  Maybe IsTriggered() const;
  Maybe HelperWaits() const;
  std::string Figures() const;
  void OnHelperUnlocked(const Event& event);
  void JudgeForced(const Event& event);

  // What was read of the collector before anything was done about it.
  Maybe triggered_;
  bool looked_ = false;
  std::optional<Event> look_;  // the last one
  Readings helper_idle_;
  std::optional<Maybe> due_;  // settled by the first step
  int64_t cleared_ = 0;
  int64_t injected_ = 0;
  int64_t helper_idle_since_ns_ = 0;
  int64_t on_since_ns_ = 0;  // the collector, with this percentage
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_FORCED_COLLECTION_H_
