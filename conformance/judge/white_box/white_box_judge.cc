#include "conformance/judge/white_box/white_box_judge.h"

#include <memory>

#include "conformance/judge/white_box/cadence.h"
#include "conformance/judge/white_box/cycle.h"
#include "conformance/judge/white_box/deadlock.h"
#include "conformance/judge/white_box/deep_sleep.h"
#include "conformance/judge/white_box/hand_off.h"
#include "conformance/judge/white_box/injection.h"
#include "conformance/judge/white_box/ownership.h"
#include "conformance/judge/white_box/preemption.h"
#include "conformance/judge/white_box/retake.h"

namespace proctor::white_box {
namespace {

// Decides nothing: it comes last, and takes each event into the state when all judges have seen it.
class StateKeeper : public Judge {
 public:
  explicit StateKeeper(std::unique_ptr<State> state)
      : Judge(kV, {}, State::Kinds()), state_(std::move(state)) {}
  void Observe(const Event& event) override { state_->Apply(event); }

 private:
  std::unique_ptr<State> state_;
};

template <typename... Judges>
void Add(Tier tier, const Header& header, const State& state, std::vector<std::unique_ptr<Judge>>& judges) {
  (judges.push_back(std::make_unique<UntilGap<Judges>>(tier, header, state)), ...);
}

}  // namespace

void AddWhiteBoxJudges(Tier tier, const Header& header, std::vector<std::unique_ptr<Judge>>& judges) {
  if (!header.emits[static_cast<size_t>(EventKind::kHandOff)]) return;
  auto state = std::make_unique<State>();
  Add<CadenceJudge, CycleJudge, DeadlockJudge, DeepSleepJudge, HandOffJudge, InjectionJudge, OwnershipJudge,
      PreemptionJudge, RetakeJudge>(tier, header, *state, judges);
  judges.push_back(std::make_unique<StateKeeper>(std::move(state)));
}

}  // namespace proctor::white_box
