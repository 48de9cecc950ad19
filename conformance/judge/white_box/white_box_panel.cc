#include "conformance/judge/white_box/white_box_panel.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

#include "conformance/judge/white_box/cadence.h"
#include "conformance/judge/white_box/deadlock.h"
#include "conformance/judge/white_box/deep_sleep.h"
#include "conformance/judge/white_box/duties.h"
#include "conformance/judge/white_box/enlistment.h"
#include "conformance/judge/white_box/forced_collection.h"
#include "conformance/judge/white_box/hand_off.h"
#include "conformance/judge/white_box/injection.h"
#include "conformance/judge/white_box/lock_order.h"
#include "conformance/judge/white_box/network_poll.h"
#include "conformance/judge/white_box/ownership.h"
#include "conformance/judge/white_box/pending_timers.h"
#include "conformance/judge/white_box/preemption.h"
#include "conformance/judge/white_box/processor_refresh.h"
#include "conformance/judge/white_box/retake.h"
#include "conformance/judge/white_box/scavenger.h"
#include "conformance/judge/white_box/scheduler_trace.h"
#include "conformance/judge/white_box/state.h"
#include "conformance/judge/white_box/take.h"
#include "conformance/judge/white_box/timer_rescue.h"
#include "conformance/judge/white_box/wake_up.h"
#include "conformance/judge/white_box/walk.h"

namespace proctor::white_box {
namespace {

// Every event of a world passes through here, so the judges are known by their types and called
// without a look into a table; and what happens to a variable, which is most of what happens, goes
// only to those that ask for it.
template <typename... Judges>
class WhiteBoxPanel final : public Judge {
 public:
  WhiteBoxPanel(Tier tier, const Header& header, bool filter)
      : Judge(tier, {}), judges_(std::make_unique<Judges>(tier, header, state_)...) {
    EachJudge([&](WhiteBoxJudge& judge, Mask bit) {
      for (size_t kind = 0; kind < kEventKinds; ++kind) {
        if (!filter || judge.kinds().test(kind)) by_kind_[kind] |= bit;
      }
      for (size_t variable = 0; variable < kVariables; ++variable) {
        if (!filter || judge.variables().test(variable)) by_variable_[variable] |= bit;
      }
      for (size_t lock = 0; lock < kLocks; ++lock) {
        if (!filter || judge.locks().test(lock)) by_lock_[lock] |= bit;
      }
    });
  }

  void Observe(const Event& event) override {
    // Behind a gap nobody knows who holds what, and nothing is judged any more: a value that
    // changed in the gap must not become an accusation.
    if (state_.whole()) Show(event, AskedBy(event), std::index_sequence_for<Judges...>());
    // When all have seen it.
    if (event.kind != EventKind::kRead) state_.Apply(event);
  }

  void Restrict(const EventKinds& emitted) override {
    EachJudge([&](WhiteBoxJudge& judge, Mask) { judge.Restrict(emitted); });
  }

  void Close() override {
    EachJudge([&](WhiteBoxJudge& judge, Mask) {
      judge.Close();
      Adopt(judge.rulings());
    });
  }

 private:
  using Mask = uint32_t;  // bit i: the i-th judge
  static_assert(sizeof...(Judges) <= 32);

  template <typename Each>
  void EachJudge(const Each& each) {
    Mask bit = 1;
    std::apply(
        [&](auto&... judge) { ((each(*judge, bit), bit = static_cast<Mask>(bit << 1)), ...); },
        judges_);
  }

  Mask AskedBy(const Event& event) const {
    const Mask asked = by_kind_[static_cast<size_t>(event.kind)];
    if (event.kind == EventKind::kLock || event.kind == EventKind::kUnlock) {
      return asked & by_lock_[static_cast<size_t>(event.args[0]) % kLocks];
    }
    const int at = ArgPosition(event.kind, Arg::kVariable);
    return at < 0 ? asked : asked & by_variable_[static_cast<size_t>(event.args[at])];
  }

  template <size_t... kIndex>
  void Show(const Event& event, Mask asked_by, std::index_sequence<kIndex...>) {
    ((void)((asked_by >> kIndex & 1) != 0 && (std::get<kIndex>(judges_)->Observe(event), true)),
     ...);
  }

  State state_;
  std::tuple<std::unique_ptr<Judges>...> judges_;
  std::array<Mask, kEventKinds> by_kind_{};
  std::array<Mask, kVariables> by_variable_{};
  std::array<Mask, kLocks> by_lock_{};
  static_assert(ArgPosition(EventKind::kLock, Arg::kLock) == 0);
};

}  // namespace

std::unique_ptr<Judge> MakeWhiteBoxPanel(Tier tier, const Header& header, bool filter) {
  if (!header.emits[static_cast<size_t>(EventKind::kHandOff)]) return nullptr;
  return std::make_unique<WhiteBoxPanel<
      CadenceJudge, DeadlockJudge, DeepSleepJudge, DutiesJudge, EnlistmentJudge,
      ForcedCollectionJudge, HandOffJudge, InjectionJudge, LockOrderJudge, NetworkPollJudge,
      OwnershipJudge, PendingTimersJudge, PreemptionJudge, ProcessorRefreshJudge, RetakeJudge,
      ScavengerJudge, SchedulerTraceJudge, TakeJudge, TimerRescueJudge, WakeUpJudge, WalkJudge>>(
      tier, header, filter);
}

}  // namespace proctor::white_box
