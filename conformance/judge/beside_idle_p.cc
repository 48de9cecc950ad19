#include "conformance/judge/beside_idle_p.h"

#include <fmt/core.h>

namespace proctor {
namespace {

// The bound is the system's allowance alone, and the thread that is woken may wait for a CPU that
// other processes use, which no canary need meet: as for a timer beside an idle P.
constexpr double kShareKept = 0.02;
constexpr double kShareBroken = 0.15;

}  // namespace

BesideIdlePJudge::BesideIdlePJudge(const Header& header)
    : StampJudge(kX, {ClauseId::kHAND_8}),
      applies_(header.promises.preemption == PreemptionKind::kSignal),
      in_force_(header.in_force),
      activity_(header.emits),
      beside_(fmt::format("a runnable task did not start within {:g} ms although a P was idle: the "
                          "task that made it runnable computed on",
                          static_cast<double>(kSystemAllowanceNs) / 1e6),
              kSystemAllowanceNs, kShareKept, kShareBroken) {
  using enum EventKind;
  Needs(KindSet({kTaskSpawn, kStall}) | Activity::Kinds());
}

void BesideIdlePJudge::Observe(const Event& event) {
  beside_.Observe(event);
  if (!applies_) return;
  if (event.kind == EventKind::kTaskStart && waiting_ &&
      waiting_->spawned.Get(Arg::kTask) == event.g)
    End(event);
  activity_.Observe(event);
  if (event.kind == EventKind::kOpBegin) OnBegin(event);
  // It has computed to its end, and the other one still waits.
  if (event.kind == EventKind::kOpEnd && waiting_ && waiting_->computes &&
      event.g == waiting_->spawned.g)
    End(event);
  if (waiting_ && !SomePIsIdle()) waiting_.reset();
  if (event.kind != EventKind::kTaskSpawn) return;
  waiting_.reset();
  if (event.g >= 0 && SomePIsIdle()) waiting_ = Waiting{.spawned = event};
}

// Each task has at most one, and there are fewer of them. Calls, and collections, take P for
// themselves.
bool BesideIdlePJudge::SomePIsIdle() const {
  return !activity_.lost() && !activity_.may_collect() && in_force_.procs > 0 &&
         activity_.live() + activity_.unstarted() <= in_force_.procs &&
         activity_.open(Op::kBlock) + activity_.open(Op::kCalls) +
                 activity_.open(Op::kBlockUntold) ==
             0;
}

void BesideIdlePJudge::OnBegin(const Event& event) {
  if (!waiting_ || event.g != waiting_->spawned.g) return;
  waiting_->computes =
      event.Is(Arg::kOp, Op::kSpin) && event.Get(Arg::kDurationNs) >= 2 * beside_.bound_ns();
  if (!waiting_->computes) waiting_.reset();
}

void BesideIdlePJudge::End(const Event& event) {
  const Event spawned = waiting_->spawned;
  waiting_.reset();
  const int64_t waited_ns = event.time_ns - spawned.time_ns;
  beside_.Add({.begin_ns = spawned.time_ns,
               .end_ns = event.time_ns,
               .exceeds = waited_ns > beside_.bound_ns(),
               .beyond_ns = waited_ns - beside_.bound_ns(),
               .evidence = {spawned, event}});
}

// Few samples decide nothing of a clause that others judge too.
void BesideIdlePJudge::Close() {
  beside_.Close();
  const Samples::Decision decision = beside_.ByShare();
  if (decision.outcome != Samples::Outcome::kOpen) Rule(ClauseId::kHAND_8, beside_, decision);
}

}  // namespace proctor
