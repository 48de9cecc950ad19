// What the judges of white-box evidence share.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_JUDGE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_JUDGE_H_

#include <fmt/format.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "conformance/judge/judge.h"
#include "conformance/judge/white_box/state.h"

namespace proctor::white_box {

// An event that is cited only if it comes to that.
class Cited {
 public:
  Cited(const Event& event) : event_(&event) {}  // NOLINT: {event, *other} is how evidence is written
  operator const Event&() const { return *event_; }  // NOLINT

 private:
  const Event* event_;
};

// A sentence that is made only if it is needed. Lives as long as its arguments: within one call of Expect.
template <typename... Arguments>
auto Sentence(fmt::format_string<const Arguments&...> format, const Arguments&... arguments) {
  return [&, format] { return fmt::format(format, arguments...); };
}

// What such a judge is shown by Observe it takes in by a member `void See(const Event&)`; UntilGap puts the two
// together.
class WhiteBoxJudge : public Judge {
 protected:
  // `kinds` are those that it needs to see; empty: all.
  WhiteBoxJudge(Tier tier, const Header& header, const State& state,
                std::initializer_list<ClauseId> clauses, std::initializer_list<EventKind> kinds = {})
      : Judge(tier, clauses, kinds),
        in_real_time_(tier != kV),
        tunables_(header.in_force),
        profile_(header.profile),
        state_(state) {}

  // Kept or broken, by one condition.
  template <typename Message>
  void Expect(bool kept, ClauseId clause, const Message& message, std::initializer_list<Cited> evidence) {
    if (kept) {
      Trigger(clause);
    } else if constexpr (std::is_invocable_v<Message>) {
      Violate(clause, message(), {evidence.begin(), evidence.end()});
    } else {
      Violate(clause, message, {evidence.begin(), evidence.end()});
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

// Behind a gap nobody knows who holds what, and nothing is judged any more: a value that changed in the gap must not
// become an accusation. Known by its type, the judge is called without another look into a table.
template <typename SomeJudge>
class UntilGap final : public SomeJudge {
 public:
  using SomeJudge::SomeJudge;
  void Observe(const Event& event) override {
    if (this->state_.whole()) this->See(event);
  }
};

// Adds the judges that evidence with a white-box header needs, for the tier given.
void AddWhiteBoxJudges(Tier tier, const Header& header, std::vector<std::unique_ptr<Judge>>& judges);

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_JUDGE_H_
