#include "conformance/judge/white_box/forced_collection.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor::white_box {
namespace {

// What a virtual step or a lock that somebody holds may add to a bound in time.
constexpr int64_t kSlackNs = 50'000'000;

}  // namespace

using enum ClauseId;

ForcedCollectionJudge::ForcedCollectionJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(
          tier, header, state, {kGC_1, kGC_2, kGC_3, kGC_5},
          {EventKind::kLock, EventKind::kUnlock, EventKind::kRead, EventKind::kWrite,
           EventKind::kInject, EventKind::kCollectorRead},
          {Variable::kHelperIdle, Variable::kCollectorEnabled, Variable::kCollectorPercent}) {
  LooksAtLocks({LockId::kMonitor, LockId::kForcedGc});
  LooksAtOthers({EventKind::kWrite});
}

void ForcedCollectionJudge::Observe(const Event& event) {
  const bool helper_written = event.kind == EventKind::kWrite && Is(event, Variable::kHelperIdle);
  if (helper_written && event.Get(Arg::kValue) != 0) {
    helper_idle_since_ns_ = event.time_ns;
  }
  if (event.kind == EventKind::kWrite &&
      (Is(event, Variable::kCollectorEnabled) || Is(event, Variable::kCollectorPercent))) {
    on_since_ns_ = event.time_ns;
  }
  if (!state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) break;
      Begin();
      break;
    case EventKind::kUnlock:
      if (Is(event, LockId::kForcedGc)) OnHelperUnlocked(event);
      if (Is(event, LockId::kMonitor)) OnEnd(event);
      break;
    case EventKind::kRead:
      if (state_.in_duties() && !due_ && Is(event, Variable::kHelperIdle))
        helper_idle_.Add(event.Get(Arg::kValue));
      break;
    case EventKind::kCollectorRead: {
      if (!state_.in_duties() || due_) break;
      look_ = event;
      looked_ = true;
      const bool due =
          TriggerIn(event.Get(Arg::kAllowed), event.Get(Arg::kPercent), event.Get(Arg::kLastNs));
      (due ? triggered_.yes : triggered_.no) = true;
      break;
    }
    case EventKind::kWrite:
      if (helper_written && event.Get(Arg::kValue) == 0) OnClear(event);
      break;
    case EventKind::kInject:
      OnInject(event);
      break;
    default:
      break;
  }
}

void ForcedCollectionJudge::Begin() {
  triggered_ = {};
  looked_ = false;
  look_.reset();
  helper_idle_.Clear();
  due_.reset();
  cleared_ = injected_ = 0;
}

bool ForcedCollectionJudge::TriggerIn(int64_t allowed, int64_t percent, int64_t last_ns) const {
  return allowed != 0 && percent >= 0 && last_ns != 0 &&
         state_.duties_now_ns() - last_ns > tunables_.forcegc_period_ns;
}

Maybe ForcedCollectionJudge::IsTriggered() const {
  if (looked_) return triggered_;
  using enum Variable;
  for (const Variable variable :
       {kCollectorEnabled, kDying, kCollecting, kCollectorPercent, kLastCollection}) {
    if (!WasSteady(variable)) return Maybe::Unknown();
  }
  const bool allowed = state_.value(kCollectorEnabled) != 0 && state_.value(kDying) == 0 &&
                       state_.value(kCollecting) == 0;
  return Maybe::Surely(
      TriggerIn(allowed, state_.value(kCollectorPercent), state_.value(kLastCollection)));
}

Maybe ForcedCollectionJudge::HelperWaits() const {
  return SeenAre(helper_idle_, Variable::kHelperIdle, [](int64_t idle) { return idle != 0; });
}

void ForcedCollectionJudge::Settle() {
  if (due_) return;
  const Maybe triggered = IsTriggered();
  due_ = triggered.yes ? triggered && HelperWaits() : triggered;
}

// The terms of the trigger, as read.
std::string ForcedCollectionJudge::Figures() const {
  const int64_t now_ns = state_.duties_now_ns();
  if (!look_) return "the collector was not looked at";
  if (look_->Get(Arg::kAllowed) == 0) {
    return "the collector was not up, dying or under way (allowed = 0)";
  }
  if (look_->Get(Arg::kPercent) < 0) return "collections are off (percent < 0)";
  if (look_->Get(Arg::kLastNs) == 0) return "there was no collection before (last = 0)";
  const std::string age =
      fmt::format("the last one ended {} ns ago, the period is {} ns",
                  now_ns - look_->Get(Arg::kLastNs), tunables_.forcegc_period_ns);
  const bool waits = state_.value(Variable::kHelperIdle) != 0 || cleared_ > 0;
  return waits ? age : age + ", and the helper does not wait";
}

void ForcedCollectionJudge::OnClear(const Event& event) {
  Settle();
  ++cleared_;
  const bool up = state_.value(Variable::kHelperIdle) != 0;
  Expect(state_.MonitorHolds(LockId::kForcedGc) && up && cleared_ == 1, kGC_2,
         cleared_ > 1 ? "the helper's flag was cleared twice"
         : up         ? "the helper's flag was cleared without its lock"
                      : "the helper's flag was cleared although it was not set",
         {event});
  if (cleared_ == 1 && injected_ == 0) JudgeForced(event);
}

void ForcedCollectionJudge::OnInject(const Event& event) {
  const bool locked = state_.MonitorHolds(LockId::kForcedGc);
  const bool of_helper =
      locked || (event.g >= 0 && !state_.within_call() && !state_.MonitorHolds(LockId::kScavenger));
  if (!of_helper || state_.within_call()) return;
  Settle();
  ++injected_;
  const bool flag_down = state_.value(Variable::kHelperIdle) == 0;
  Expect(flag_down && locked && cleared_ == 1 && injected_ == 1, kGC_2,
         !locked         ? "the helper was injected without its lock"
         : !flag_down    ? "the helper was injected with its idle flag still up"
         : injected_ > 1 ? "the helper was injected twice"
                         : "the helper was injected without its flag cleared",
         {event});
  if (cleared_ == 0) JudgeForced(event);
}

// Between two holds of the lock the helper is neither waiting nor asked.
void ForcedCollectionJudge::OnHelperUnlocked(const Event& event) {
  Expect(cleared_ <= injected_, kGC_2,
         "the helper's lock was released with its flag cleared and the helper not injected",
         {event});
}

void ForcedCollectionJudge::JudgeForced(const Event& event) {
  std::vector<Event> evidence;
  if (look_) evidence.push_back(*look_);
  evidence.push_back(event);
  if (!due_->Justifies()) {
    const bool off = look_ && look_->Get(Arg::kPercent) < 0;
    Violate(off ? kGC_3 : kGC_1, "a collection was forced that was not due: " + Figures(),
            std::move(evidence));
    return;
  }
  Trigger(kGC_1);
  if (!look_) return;
  // Nothing is forced while the helper has not parked again, nor before the collector is up and on.
  const int64_t due_ns = std::max({look_->Get(Arg::kLastNs) + tunables_.forcegc_period_ns,
                                   helper_idle_since_ns_, on_since_ns_});
  const int64_t late_ns = state_.RunNs(due_ns, state_.duties_now_ns());
  // It looks after a shallow sleep or a deep one; which of them may be longer is the tunables'.
  const int64_t longest_ns = std::max(tunables_.deep_max_ns(), tunables_.shallow_max_ns);
  Expect(late_ns <= longest_ns + kSlackNs, kGC_5,
         Sentence("a collection was forced only {} ns after it was due", late_ns), {*look_, event});
}

void ForcedCollectionJudge::OnEnd(const Event& event) {
  if (look_ && look_->Get(Arg::kPercent) < 0 && cleared_ + injected_ == 0) Trigger(kGC_3);
  if (cleared_ + injected_ > 0) {
    Expect(cleared_ > 0 && injected_ > 0, kGC_2,
           "the helper's flag was cleared, and the helper was not injected", {event});
    return;
  }
  Settle();
  if (due_->Excuses()) return;
  std::vector<Event> evidence;
  if (look_) evidence.push_back(*look_);
  evidence.push_back(event);
  Violate(kGC_1, "a collection was due and not forced: " + Figures(), std::move(evidence));
}

}  // namespace proctor::white_box
