#include "conformance/judge/requeued.h"

namespace proctor {
namespace {

// Who has ended operations since has gone on for certain: it passed places where it would have
// yielded, had the request met it where it could not (PRE-2).
constexpr int64_t kEndsLeast = 2;
// Where a task does not look for a request by itself, one that meets it within the runtime is
// without effect: so does one in about 30 of the reference's. A P that takes a part of the global
// queue at once gives each a turn before it looks there again, so half of them go on at least where
// preempted tasks go to its head.
constexpr double kShareKept = 0.10;
constexpr double kShareBroken = 0.40;

}  // namespace

RequeuedJudge::RequeuedJudge(const Header& header)
    : StampJudge(kO, {ClauseId::kPRE_4}),
      is_decidable_(header.in_force.procs == 1 && header.in_force.asynchronous_preemption != 0),
      activity_(header.emits),
      goes_on_("a task that was asked to yield went on, while another one waited for the only P", 0,
               kShareKept, kShareBroken) {
  using enum EventKind;
  Needs(KindSet({kPreemptSignal, kShallowSleep, kStall}) | Activity::Kinds());
}

void RequeuedJudge::Observe(const Event& event) {
  goes_on_.Observe(event);
  if (!is_decidable_) return;
  activity_.Observe(event);
  if (activity_.lost() || activity_.may_collect()) return;
  switch (event.kind) {
    case EventKind::kPreemptSignal:
      OnSignal(event);
      break;
    // The monitor has come back from its call.
    case EventKind::kShallowSleep:
      if (!is_sent_) ends_ = 0;
      is_sent_ = true;
      break;
    case EventKind::kTaskStart:
    case EventKind::kOpBegin:
    case EventKind::kOpEnd:
      OnStamp(event);
      break;
    default:
      break;
  }
}

// Who stamped since the last request was sent has the P; else another may have, and not stamped.
void RequeuedJudge::OnSignal(const Event& event) {
  asked_.reset();
  if (is_sent_ && ends_ > 0) asked_ = event;
  ends_ = 0;
  is_sent_ = false;
}

void RequeuedJudge::OnStamp(const Event& event) {
  const bool is_spin = event.kind != EventKind::kTaskStart && event.Is(Arg::kOp, Op::kSpin);
  const bool ends = is_spin && event.kind == EventKind::kOpEnd;
  const auto decide = [&](bool exceeds) {
    goes_on_.Add({.begin_ns = asked_->time_ns,
                  .end_ns = event.time_ns,
                  .exceeds = exceeds,
                  .evidence = {*asked_, event}});
    asked_.reset();
  };
  if (event.g != runner_) {
    if (asked_) decide(false);
    runner_ = event.g;
    ends_ = 0;
  }
  ends_ += ends ? 1 : 0;
  const int64_t computing = activity_.open(Op::kSpin) - (is_spin && !ends ? 1 : 0);
  if (computing + activity_.unstarted() <= 0) asked_.reset();  // nobody waits
  if (asked_ && is_sent_ && ends_ >= kEndsLeast) decide(true);
}

void RequeuedJudge::Close() {
  goes_on_.Close();
  Rule(ClauseId::kPRE_4, goes_on_, goes_on_.ByOrder());
}

}  // namespace proctor
