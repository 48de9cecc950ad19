#include "conformance/judge/white_box/white_box_panel.h"

#include <array>
#include <bit>
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
  WhiteBoxPanel(Tier tier, const Header& header, bool filter, std::span<const ClauseId> wanted)
      : Judge(tier, {}), judges_(std::make_unique<Judges>(tier, header, state_)...) {
    Asked asked;
    EachJudge([&](WhiteBoxJudge& judge, Mask bit) {
      if (filter && !judge.DecidesOneOf(wanted)) return;
      const auto add = [&](auto& masks, const auto& wanted) {
        for (size_t i = 0; i < masks.size(); ++i) {
          if (!filter || wanted.test(i)) masks[i] |= bit;
        }
      };
      add(asked.kinds, judge.kinds());
      add(asked.kinds_of_others, judge.kinds_of_others());
      add(asked.variables, judge.variables());
      add(asked.locks, judge.locks());
    });
    Place(asked);
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
      Adopt(judge.TakeRulings());
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

  // Who asks for what.
  struct Asked {
    std::array<Mask, kEventKinds> kinds{};
    std::array<Mask, kEventKinds> kinds_of_others{};
    std::array<Mask, kVariables> variables{};
    std::array<Mask, kLocks> locks{};
  };

  // Where those that ask for events of one kind stand in a table: in one place for each variable or
  // lock that the event may be about, which is its first argument; otherwise in one for all.
  struct Places {
    uint16_t first = 0;
    uint16_t last = 0;  // counted from the first; one less than a power of two
  };

  void Place(const Asked& asked) {
    size_t next = 0;
    for (size_t kind = 0; kind < kEventKinds; ++kind) {
      const bool variable = ArgPosition(static_cast<EventKind>(kind), Arg::kVariable) == 0;
      const bool lock = ArgPosition(static_cast<EventKind>(kind), Arg::kLock) == 0;
      const size_t count = variable ? kVariablePlaces : lock ? kLocks : 1;
      places_[kind] = {static_cast<uint16_t>(next), static_cast<uint16_t>(count - 1)};
      for (size_t what = 0; what < count; ++what, ++next) {
        Mask mask = asked.kinds[kind];
        if (variable) mask &= what < kVariables ? asked.variables[what] : 0;
        if (lock) mask &= asked.locks[what];
        asked_of_monitor_[next] = mask;
        asked_of_others_[next] = mask & asked.kinds_of_others[kind];
      }
    }
  }

  Mask AskedBy(const Event& event) const {
    const Places& places = places_[static_cast<size_t>(event.kind)];
    const auto& asked = state_.ByMonitor(event) ? asked_of_monitor_ : asked_of_others_;
    return asked[places.first + (static_cast<size_t>(event.args[0]) & places.last)];
  }

  // Most events go to few judges: a look at each bit would cost more than the calls.
  template <size_t... kIndex>
  void Show(const Event& event, Mask asked_by, std::index_sequence<kIndex...>) {
    static constexpr void (*kShowTo[])(WhiteBoxPanel&, const Event&) = {ShowTo<kIndex>...};
    for (; asked_by != 0; asked_by &= asked_by - 1) {
      kShowTo[std::countr_zero(asked_by)](*this, event);
    }
  }

  template <size_t kIndex>
  static void ShowTo(WhiteBoxPanel& panel, const Event& event) {
    std::get<kIndex>(panel.judges_)->Observe(event);
  }

  State state_;
  std::tuple<std::unique_ptr<Judges>...> judges_;
  // Four kinds are about variables, two about locks.
  static constexpr size_t kVariablePlaces = 64;
  static_assert(kVariables <= kVariablePlaces);
  static constexpr size_t kPlacesMost = kEventKinds + 4 * kVariablePlaces + 2 * kLocks;
  std::array<Places, kEventKinds> places_{};
  std::array<Mask, kPlacesMost> asked_of_monitor_{};
  std::array<Mask, kPlacesMost> asked_of_others_{};
};

}  // namespace

std::unique_ptr<Judge> MakeWhiteBoxPanel(Tier tier, const Header& header, bool filter,
                                         std::span<const ClauseId> wanted) {
  if (!header.emits[static_cast<size_t>(EventKind::kHandOff)]) return nullptr;
  return std::make_unique<WhiteBoxPanel<
      CadenceJudge, DeadlockJudge, DeepSleepJudge, DutiesJudge, EnlistmentJudge,
      ForcedCollectionJudge, HandOffJudge, InjectionJudge, LockOrderJudge, NetworkPollJudge,
      OwnershipJudge, PendingTimersJudge, PreemptionJudge, ProcessorRefreshJudge, RetakeJudge,
      ScavengerJudge, SchedulerTraceJudge, TakeJudge, TimerRescueJudge, WakeUpJudge, WalkJudge>>(
      tier, header, filter, wanted);
}

}  // namespace proctor::white_box
