#include "conformance/judge/collection.h"

#include <fmt/core.h>

#include <algorithm>

#include "conformance/evidence/harness_end.h"

namespace proctor {
namespace {

// From the trigger to the end of the collection of a small heap, with the helper's start.
constexpr int64_t kCollectionAllowanceNs = 50'000'000;
constexpr size_t kTasksMost = 4096;
// A stop of the world that has not come for so long never does.
constexpr int64_t kNeverNs = 8'000'000'000;
constexpr int64_t kStopAllowanceNs = 20'000'000;

// N new tasks allocate too little to cause a collection by growth.
constexpr int64_t kSpawnsMost = 1000;

// How often it was due at the latest and did not come. More than a hundred times say no more.
int64_t TimesDue(int64_t age_ns, int64_t latest_ns) {
  return std::clamp<int64_t>((age_ns - 1) / latest_ns, 0, 100);
}

bool Allocates(const Event& event) {
  return event.Is(Arg::kOp, Op::kAllocate) || event.Is(Arg::kOp, Op::kWork);
}

}  // namespace

CollectionJudge::CollectionJudge(const Header& header)
    : StampJudge(kX, {ClauseId::kGC_1, ClauseId::kGC_3, ClauseId::kGC_5, ClauseId::kSTW_3}),
      in_force_(header.in_force),
      stops_loops_(header.in_force.asynchronous_preemption != 0 &&
                   header.promises.preemption != PreemptionKind::kNone),
      activity_(header.emits),
      late_("no collection was forced in time", LatestNs()),
      stopped_(
          "a collection that was asked for did not end before what the task beside it did: the "
          "world did not stop",
          0) {
  using enum EventKind;
  Needs(KindSet({kCollection, kTaskSpawn, kScenarioEnd, kStall}) | Activity::Kinds());
}

int64_t CollectionJudge::LatestNs() const {
  return in_force_.forcegc_period_ns + in_force_.deep_max_ns() + in_force_.shallow_max_ns +
         kCollectionAllowanceNs;
}

int64_t CollectionJudge::Stoppable() const {
  return activity_.open(Op::kWork) + (stops_loops_ ? activity_.open(Op::kSpin) : 0);
}

bool CollectionJudge::HoldsUp(Op op) const {
  return op == Op::kBlockUntold || (op == Op::kSpin && !stops_loops_);
}

bool CollectionJudge::IsHeldUpNow() const {
  return activity_.open(Op::kBlockUntold) > 0 || (!stops_loops_ && activity_.open(Op::kSpin) > 0);
}

bool CollectionJudge::WasHeldUp() const {
  return IsHeldUpNow() || held_up_until_ns_ > last_->time_ns;
}

void CollectionJudge::Observe(const Event& event) {
  late_.Observe(event);
  stopped_.Observe(event);
  activity_.Observe(event);
  switch (event.kind) {
    case EventKind::kGap:
      // Collections, what asked for them and what made the heap grow may be missing.
      last_.reset();
      grows_ = true;
      collects_.clear();
      break;
    case EventKind::kCollection:
      OnCollection(event);
      break;
    case EventKind::kOpBegin:
      if (Allocates(event)) grows_ = true;
      if (event.Is(Arg::kOp, Op::kCollect) && collects_.size() < kTasksMost) {
        const bool beside = !activity_.lost() && activity_.open(Op::kBlockUntold) == 0 &&
                            Stoppable() + activity_.open(Op::kBlock) == 1;
        collects_.insert_or_assign(event.g, Collect{event, beside});
      }
      break;
    case EventKind::kOpEnd:
      if (event.Is(Arg::kOp, Op::kCollect)) asked_until_ns_ = event.time_ns;
      if (HoldsUp(static_cast<Op>(event.Get(Arg::kOp)))) held_up_until_ns_ = event.time_ns;
      OnStopTheWorld(event);
      break;
    case EventKind::kTaskSpawn:
      grows_ = grows_ || ++spawns_ > kSpawnsMost;
      break;
    case EventKind::kScenarioEnd:
      OnScenarioEnd(event);
      break;
    case EventKind::kProcessExit:
      OnExit(event);
      break;
    default:
      break;
  }
}

void CollectionJudge::OnCollection(const Event& event) {
  const bool forced =
      last_ && !grows_ && activity_.open(Op::kCollect) == 0 && event.time_ns > asked_until_ns_;
  if (forced && in_force_.gc_percent < 0) {
    Violate(ClauseId::kGC_3, "a collection although the collector is off and nobody asked for one",
            {*last_, event});
  } else if (forced) {
    const int64_t age_ns = event.time_ns - last_->time_ns;
    if (age_ns <= in_force_.forcegc_period_ns) {
      Violate(ClauseId::kGC_1,
              fmt::format("a collection was forced {} ns after the last one; the period is {} ns",
                          age_ns, in_force_.forcegc_period_ns),
              {*last_, event});
    } else {
      Trigger(ClauseId::kGC_1);
    }
    if (!WasHeldUp()) TakeAge(event);
  }
  last_ = event;
}

void CollectionJudge::TakeAge(const Event& event) {
  if (event.time_ns - last_->time_ns <= late_.bound_ns()) {
    late_.Add({.begin_ns = last_->time_ns, .end_ns = event.time_ns});
  } else {
    AddLate(event);
  }
}

void CollectionJudge::OnScenarioEnd(const Event& event) {
  if (!last_ || grows_) return;
  const int64_t age_ns = event.time_ns - last_->time_ns;
  if (in_force_.gc_percent < 0) {
    if (age_ns > LatestNs()) Trigger(ClauseId::kGC_3);
    return;
  }
  if (IsHeldUpNow()) return;
  AddLate(event);
}

// What did not come was due again and again, from where it could come. One long stall may explain
// all of it.
void CollectionJudge::AddLate(const Event& event) {
  const int64_t begin_ns = std::max(last_->time_ns, held_up_until_ns_);
  const int64_t age_ns = event.time_ns - begin_ns;
  for (int64_t times = TimesDue(age_ns, LatestNs()); times > 0; --times) {
    late_.Add({.begin_ns = begin_ns,
               .end_ns = event.time_ns,
               .exceeds = true,
               .beyond_ns = age_ns - LatestNs(),
               .evidence = {*last_, event}});
  }
}

// A request that came just before the end had no time to be repeated.
int64_t CollectionJudge::StopDueNs() const {
  return in_force_.slice_ns + 5 * in_force_.shallow_max_ns + kStopAllowanceNs;
}

void CollectionJudge::OnStopTheWorld(const Event& event) {
  const auto sample = [&](const Event& begin, bool exceeds) {
    return Sample{.begin_ns = begin.time_ns,
                  .end_ns = event.time_ns,
                  .exceeds = exceeds,
                  .beyond_ns = exceeds ? event.time_ns - begin.time_ns - StopDueNs() : 0,
                  .evidence = {begin, event}};
  };
  if (event.Is(Arg::kOp, Op::kCollect)) {
    const auto found = collects_.find(event.g);
    if (found == collects_.end()) return;
    if (found->second.beside_one) stopped_.Add(sample(found->second.begin, false));
    collects_.erase(found);
  } else if (event.Is(Arg::kOp, Op::kWork) || event.Is(Arg::kOp, Op::kSpin) ||
             event.Is(Arg::kOp, Op::kBlock)) {
    for (auto& [task, collect] : collects_) {
      if (!collect.beside_one) continue;
      if (event.time_ns - collect.begin.time_ns > StopDueNs())
        stopped_.Add(sample(collect.begin, true));
      collect.beside_one = false;
    }
  }
}

// The harness waited in vain for the scenario's end: the world could have been stopped again and
// again.
void CollectionJudge::OnExit(const Event& event) {
  if (event.Get(Arg::kStatus) != kEndedByHarness || activity_.lost() || IsHeldUpNow()) return;
  for (const auto& [task, collect] : collects_) {
    const int64_t begin_ns = std::max(collect.begin.time_ns, held_up_until_ns_);
    const int64_t age_ns = event.time_ns - begin_ns;
    if (age_ns < kNeverNs) continue;
    for (int64_t times = TimesDue(age_ns, StopDueNs()); times > 0; --times) {
      stopped_.Add({.begin_ns = begin_ns,
                    .end_ns = event.time_ns,
                    .exceeds = true,
                    .beyond_ns = age_ns - StopDueNs(),
                    .evidence = {collect.begin, event}});
    }
  }
}

void CollectionJudge::Close() {
  late_.Close();
  stopped_.Close();
  const Samples::Decision decision = late_.ByCount();
  Rule(ClauseId::kGC_5, late_, decision);
  if (decision.outcome == Samples::Outcome::kBroken) Rule(ClauseId::kGC_1, late_, decision);
  Rule(ClauseId::kSTW_3, stopped_, stopped_.ByCount());
}

}  // namespace proctor
