// What the judges of white-box evidence share.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_JUDGE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_JUDGE_H_

#include <fmt/core.h>

#include <algorithm>
#include <bitset>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "conformance/judge/judge.h"
#include "conformance/judge/white_box/maybe.h"
#include "conformance/judge/white_box/readings.h"
#include "conformance/judge/white_box/state.h"

namespace proctor::white_box {

// An event that is cited only if the clause is violated.
class Cited {
 public:
  // {event, *other} is how evidence is written.
  Cited(const Event& event) : event_(&event) {}      // NOLINT
  operator const Event&() const { return *event_; }  // NOLINT

 private:
  const Event* event_;
};

// A sentence that is made only if it is needed. Lives as long as its arguments: within one call of
// Expect.
template <typename... Arguments>
auto Sentence(fmt::format_string<const Arguments&...> format, const Arguments&... arguments) {
  return [&, format] { return fmt::format(format, arguments...); };
}

inline constexpr size_t kLocks = 8;

// It is shown events of the white box, each before `state` takes it in, up to the first gap.
class WhiteBoxJudge : public Judge {
 public:
  // Of the events of variables, and of locks, it need not be shown those of others.
  const std::bitset<kVariables>& variables() const { return asked_; }
  const std::bitset<kLocks>& locks() const { return locks_; }
  // Of the events of threads other than the monitor it need not be shown those of other kinds.
  const EventKinds& kinds_of_others() const { return kinds_of_others_; }
  // Whether one of its clauses holds in the evidence's profile and is wanted. Empty: all are.
  bool DecidesOneOf(std::span<const ClauseId> wanted) const {
    return std::ranges::any_of(rulings(), [&](const Ruling& ruling) {
      return (GetClause(ruling.clause).profiles & profile_) != 0 &&
             (wanted.empty() || std::ranges::find(wanted, ruling.clause) != wanted.end());
    });
  }

 protected:
  // `kinds` and `variables` are those that it needs to see; empty: all.
  WhiteBoxJudge(Tier tier, const Header& header, const State& state,
                std::initializer_list<ClauseId> clauses,
                std::initializer_list<EventKind> kinds = {},
                std::initializer_list<Variable> variables = {})
      : Judge(tier, clauses, KindSet(kinds)),
        in_real_time_(tier != kV),
        tunables_(header.in_force),
        profile_(header.profile),
        state_(state) {
    for (const Variable variable : variables) asked_.set(static_cast<size_t>(variable));
    if (asked_.none()) asked_.set();
    // Evidence may lack attempts that came to nothing.
    Needs((KindSet(kinds) | State::Kinds()) & ~KindSet({EventKind::kThreadRequest}));
  }

  void LooksAtLocks(std::initializer_list<LockId> locks) {
    locks_.reset();
    for (const LockId lock : locks) locks_.set(static_cast<size_t>(lock));
  }

  void LooksAtOthers(std::initializer_list<EventKind> kinds) { kinds_of_others_ = KindSet(kinds); }

  // Whether a condition is true of what the monitor may have seen of a variable since its duties
  // began: what it read or, where it did not, what was there all the time.
  template <typename Condition>
  Maybe SeenAre(const Readings& readings, Variable variable, const Condition& condition) const {
    if (!readings.none()) return readings.Are(condition);
    if (!WasSteady(variable)) return Maybe::Unknown();
    return Maybe::Surely(condition(state_.value(variable)));
  }

  // The monitor cannot have seen it otherwise in these duties. For real, what others did just
  // before may reach it late; not what they did before it slept.
  bool WasSteady(Variable variable) const {
    return state_.IsSince(variable, in_real_time_ ? state_.cycle_step() : state_.duties_step());
  }

  // Kept or broken, by one condition.
  template <typename Message>
  void Expect(bool kept, ClauseId clause, const Message& message,
              std::initializer_list<Cited> evidence) {
    if (kept) [[likely]] {
      Trigger(clause);
    } else {
      Break(clause, message, evidence);
    }
  }

  static bool Is(const Event& event, Variable variable) {
    return event.Get(Arg::kVariable) == static_cast<int64_t>(variable);
  }
  static bool Is(const Event& event, LockId lock) {
    return event.Get(Arg::kLock) == static_cast<int64_t>(lock);
  }

  // The system may keep a thread from running for any time between two of its steps. So a thread is
  // judged by what it does next, not by what others do meanwhile; and what was read without a lock
  // may be stale.
  const bool in_real_time_;
  const Tunables tunables_;
  const Profile profile_;
  const State& state_;

 private:
  template <typename Message>
  [[gnu::cold, gnu::noinline]] void Break(ClauseId clause, const Message& message,
                                          std::initializer_list<Cited> evidence) {
    if constexpr (std::is_invocable_v<Message>) {
      Violate(clause, message(), {evidence.begin(), evidence.end()});
    } else {
      Violate(clause, message, {evidence.begin(), evidence.end()});
    }
  }

  std::bitset<kVariables> asked_;
  std::bitset<kLocks> locks_ = std::bitset<kLocks>().set();
  EventKinds kinds_of_others_ = EventKinds().set();
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_JUDGE_H_
