#include "conformance/judge/in_line.h"

#include <fmt/core.h>

namespace proctor {
namespace {

// Behind fewer a wait is short, and what else decides how long it is weighs more than order.
constexpr int64_t kOthersLeast = 3;

int64_t TurnNs(const Tunables& tunables) { return tunables.slice_ns + 2 * tunables.shallow_max_ns; }

bool Computes(const Event& event) {
  return event.Is(Arg::kOp, Op::kSpin) || event.Is(Arg::kOp, Op::kSpawn);
}

}  // namespace

using enum EventKind;

InLineJudge::InLineJudge(const Header& header)
    : StampJudge(kX, {ClauseId::kHAND_8}),
      in_force_(header.in_force),
      activity_(header.emits),
      waits_(fmt::format("a task that computes, as all others do, lost the only P and did not run "
                         "again within {:g} ms for each of the others",
                         static_cast<double>(TurnNs(in_force_)) / 1e6),
             0) {
  Needs(KindSet({kTaskSpawn, kStall}) | Activity::Kinds());
}

void InLineJudge::Observe(const Event& event) {
  waits_.Observe(event);
  // A collection takes turns of its own.
  if (in_force_.procs != 1 || in_force_.asynchronous_preemption == 0 || in_force_.gc_percent >= 0)
    return;
  if (event.kind == kTaskSpawn) ++spawned_;
  const bool stamps = event.kind == kTaskStart || event.kind == kTaskEnd ||
                      event.kind == kOpBegin || event.kind == kOpEnd;
  activity_.Observe(event);
  if (activity_.lost()) computing_.clear();
  if (!stamps || activity_.lost()) return;
  if (event.kind == kOpBegin && !Computes(event) && elsewhere_.size() < kTasksMost)
    elsewhere_.insert(event.g);
  if (event.kind == kOpEnd || event.kind == kTaskEnd) elsewhere_.erase(event.g);
  if (!elsewhere_.empty()) {
    computing_.clear();
    return;
  }
  OnStamp(event);
}

void InLineJudge::OnStamp(const Event& event) {
  if (const auto found = computing_.find(event.g); found != computing_.end()) {
    const auto& [stamp, others_then, spawned] = found->second;
    const bool inside = stamp.kind == kOpBegin;
    const int64_t begin_ns = stamp.time_ns + (inside ? stamp.Get(Arg::kDurationNs) : 0);
    const int64_t others = others_then + spawned_ - spawned;
    const int64_t beyond_ns =
        event.time_ns - begin_ns - others * TurnNs(in_force_) - kSystemAllowanceNs;
    // Who did not lose the P has not waited.
    if (others >= kOthersLeast && event.time_ns - begin_ns >= in_force_.slice_ns) {
      waits_.Add({.begin_ns = begin_ns,
                  .end_ns = event.time_ns,
                  .exceeds = beyond_ns > 0,
                  .beyond_ns = beyond_ns,
                  .evidence = {stamp, event}});
    }
  }
  if (event.kind == kTaskEnd) {
    computing_.erase(event.g);
  } else if (computing_.size() < kTasksMost) {
    computing_.insert_or_assign(
        event.g, Computing{event, activity_.live() + activity_.unstarted() - 1, spawned_});
  }
}

// Few samples decide nothing of a clause that others judge too.
void InLineJudge::Close() {
  waits_.Close();
  const Samples::Decision decision = waits_.ByCount();
  if (decision.outcome != Samples::Outcome::kOpen) Rule(ClauseId::kHAND_8, waits_, decision);
}

}  // namespace proctor
