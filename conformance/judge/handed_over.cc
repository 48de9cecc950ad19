#include "conformance/judge/handed_over.h"

#include <fmt/core.h>

namespace proctor {
namespace {

// Fewer say nothing of who had the P.
constexpr int64_t kMessagesLeast = 20;
// Who comes back has its turn after some dozens of the others' turns, and so have those before it.
// Noise adds time, not messages.
constexpr int64_t kMessagesMost = 4000;
// A slice with the monitor's delay, and as much again for each of those that wait in line.
constexpr int64_t kSlicesMost = 4;

int64_t Bound(const Tunables& tunables) {
  return kSlicesMost * (tunables.slice_ns + 2 * tunables.shallow_max_ns) + kSystemAllowanceNs;
}

// What tasks do who hand the P over to each other, and what they do meanwhile.
bool KeepsAmongThemselves(const Event& event) {
  return event.Is(Arg::kOp, Op::kSend) || event.Is(Arg::kOp, Op::kReceive) ||
         event.Is(Arg::kOp, Op::kSpin) || event.Is(Arg::kOp, Op::kSpawn);
}

}  // namespace

HandedOverJudge::HandedOverJudge(const Header& header)
    : StampJudge(kX, {ClauseId::kHAND_8}),
      in_force_(header.in_force),
      behind_(fmt::format("a runnable task did not start within {:g} ms, while two others handed "
                          "the only P over to each other",
                          static_cast<double>(Bound(in_force_)) / 1e6),
              Bound(in_force_)),
      back_behind_(
          fmt::format("a task that came back from a system call did not run on within {:g} ms, "
                      "while others exchanged thousands of messages on the only P",
                      static_cast<double>(Bound(in_force_)) / 1e6),
          Bound(in_force_), false) {
  using enum EventKind;
  Needs(KindSet({kTaskSpawn, kTaskStart, kOpBegin, kOpEnd, kStall}));
}

void HandedOverJudge::Observe(const Event& event) {
  behind_.Observe(event);
  back_behind_.Observe(event);
  if (in_force_.procs != 1 || in_force_.asynchronous_preemption == 0) return;
  switch (event.kind) {
    case EventKind::kGap:
      waiting_.clear();
      returning_.clear();
      break;
    case EventKind::kTaskSpawn:
      if (waiting_.size() < kTasksMost)
        waiting_.insert_or_assign(event.Get(Arg::kTask), Waiting{event, messages_});
      break;
    case EventKind::kTaskStart:
      OnStart(event);
      break;
    case EventKind::kOpBegin:
      OnBegin(event);
      break;
    case EventKind::kOpEnd:
      if (event.Is(Arg::kOp, Op::kSend) || event.Is(Arg::kOp, Op::kReceive)) OnMessage(event);
      if (event.Is(Arg::kOp, Op::kBlock)) OnReturn(event);
      break;
    default:
      break;
  }
}

void HandedOverJudge::OnStart(const Event& event) {
  const auto found = waiting_.find(event.g);
  if (found == waiting_.end()) return;
  const Waiting waiting = found->second;
  waiting_.erase(found);
  if (messages_ - waiting.messages < kMessagesLeast) return;
  const int64_t waited_ns = event.time_ns - waiting.spawned.time_ns;
  behind_.Add({.begin_ns = waiting.spawned.time_ns,
               .end_ns = event.time_ns,
               .exceeds = waited_ns > behind_.bound_ns(),
               .beyond_ns = waited_ns - behind_.bound_ns(),
               .evidence = {waiting.spawned, event}});
}

// The monitor sees it in two scans and takes the P.
bool HandedOverJudge::IsLongCall(const Event& event) const {
  return event.Is(Arg::kOp, Op::kBlock) &&
         event.Get(Arg::kDurationNs) >= 2 * in_force_.shallow_max_ns + kSystemAllowanceNs;
}

// Who computes for long, or waits for something else, is other clauses' matter.
void HandedOverJudge::OnBegin(const Event& event) {
  const bool keeps =
      KeepsAmongThemselves(event) && event.Get(Arg::kDurationNs) < in_force_.slice_ns;
  if (!keeps) waiting_.clear();
  if (IsLongCall(event)) {
    if (returning_.size() < kTasksMost) {
      returning_.insert_or_assign(event.g,
                                  Returning{event, event.time_ns + event.Get(Arg::kDurationNs)});
    }
  } else if (!keeps) {
    returning_.clear();
  }
}

void HandedOverJudge::OnMessage(const Event& event) {
  ++messages_;
  for (auto& [task, returning] : returning_) {
    if (event.time_ns >= returning.due_ns) ++returning.messages;
  }
}

void HandedOverJudge::OnReturn(const Event& event) {
  const auto found = returning_.find(event.g);
  if (found == returning_.end()) return;
  const Returning returning = found->second;
  returning_.erase(found);
  if (returning.messages < kMessagesLeast) return;
  const int64_t waited_ns = event.time_ns - returning.due_ns;
  back_behind_.Add(
      {.begin_ns = returning.due_ns,
       .end_ns = event.time_ns,
       .exceeds = waited_ns > back_behind_.bound_ns() && returning.messages > kMessagesMost,
       .beyond_ns = waited_ns - back_behind_.bound_ns(),
       .evidence = {returning.begin, event}});
}

// Few samples decide nothing of a clause that others judge too.
void HandedOverJudge::Close() {
  for (Samples* samples : {&behind_, &back_behind_}) {
    samples->Close();
    const Samples::Decision decision = samples->ByCount();
    if (decision.outcome != Samples::Outcome::kOpen) Rule(ClauseId::kHAND_8, *samples, decision);
  }
}

}  // namespace proctor
