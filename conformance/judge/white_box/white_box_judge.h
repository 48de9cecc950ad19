// What the judges of white-box evidence share.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_JUDGE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_JUDGE_H_

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/judge/judge.h"
#include "conformance/judge/white_box/state.h"

namespace proctor::white_box {

class WhiteBoxJudge : public Judge {
 public:
  // Behind a gap nobody knows who holds what, and nothing is judged any more: a value that changed in the gap must
  // not become an accusation.
  void Observe(const Event& event) final {
    if (state_.whole()) See(event);
  }

 protected:
  virtual void See(const Event& event) = 0;

  WhiteBoxJudge(Tier tier, const Header& header, const State& state,
                std::initializer_list<ClauseId> clauses)
      : Judge(tier, clauses),
        in_real_time_(tier != kV),
        tunables_(header.in_force),
        profile_(header.profile),
        state_(state) {}

  // Kept or broken, by one condition; the sentence is made only when it is needed.
  template <typename Message>
  void Expect(bool kept, ClauseId clause, Message message, std::initializer_list<Event> evidence) {
    if (kept) {
      Trigger(clause);
    } else {
      Violate(clause, std::string(message), evidence);
    }
  }

  static bool Is(const Event& event, Variable variable) {
    return event.Get(Arg::kVariable) == static_cast<int64_t>(variable);
  }
  static bool Is(const Event& event, LockId lock) {
    return event.Get(Arg::kLock) == static_cast<int64_t>(lock);
  }

  // The system may keep a thread from running for any time between two of its steps. So a thread is judged by what
  // it does next, not by what others do meanwhile; and what was read without a lock may be stale.
  const bool in_real_time_;
  const Tunables tunables_;
  const Profile profile_;
  const State& state_;
};

// Adds the judges that evidence with a white-box header needs, for the tier given.
void AddWhiteBoxJudges(Tier tier, const Header& header, std::vector<std::unique_ptr<Judge>>& judges);

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_JUDGE_H_
