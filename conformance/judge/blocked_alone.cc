#include "conformance/judge/blocked_alone.h"

#include <fmt/core.h>

namespace proctor {
namespace {

// Two scans to see the call and to take its P, one more to find all P idle, and the hand-off's
// spinning thread in between; a block must be longer than this by far to be a test.
constexpr int64_t kCyclesToDeepSleep = 10;
constexpr size_t kBlocksMost = 4096;

}  // namespace

BlockedAloneJudge::BlockedAloneJudge(Tier tier, const Header& header)
    : StampJudge(tier, {ClauseId::kSYS_3}),
      tunables_(header.in_force),
      due_ns_(tunables_.syscall_cap_ns + kCyclesToDeepSleep * tunables_.shallow_max_ns),
      activity_(header.emits),
      kept_(fmt::format("a system call of more than {} ns in an otherwise idle process kept its P: "
                        "the monitor did not sleep deep",
                        due_ns_),
            due_ns_) {
  using enum EventKind;
  Needs(KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake, kStall, kTaskSpawn}) |
        Activity::Kinds());
}

void BlockedAloneJudge::Observe(const Event& event) {
  kept_.Observe(event);
  if (event.kind == EventKind::kGap) {
    blocks_.clear();
  } else if (event.kind == EventKind::kOpEnd && event.Is(Arg::kOp, Op::kBlock)) {
    OnEnd(event);
  } else if (event.kind == EventKind::kOpBegin && event.Is(Arg::kOp, Op::kBlock) &&
             blocks_.size() < kBlocksMost) {
    blocks_.insert_or_assign(event.g, Block{.begin = event});
  }
  activity_.Observe(event);
  if (blocks_.empty()) return;
  // Alone: every task that lives is inside an operation that leaves nothing to run.
  const bool alone = !activity_.lost() && activity_.unstarted() == 0 &&
                     activity_.open_waiting() == activity_.live();
  for (auto& [task, block] : blocks_) {
    if (!alone) block.alone = false;
    if (event.kind == EventKind::kDeepSleep) block.slept_deep = true;
  }
}

void BlockedAloneJudge::OnEnd(const Event& event) {
  const auto found = blocks_.find(event.g);
  if (found == blocks_.end()) return;
  const Block block = found->second;
  blocks_.erase(found);
  const int64_t elapsed_ns = event.time_ns - block.begin.time_ns;
  if (tunables_.sched_trace_ms != 0 || !block.alone || elapsed_ns < due_ns_) return;
  // A thread that was given the P, and no CPU, keeps it too: one call decides nothing.
  kept_.Add({.begin_ns = block.begin.time_ns,
             .end_ns = event.time_ns,
             .exceeds = !block.slept_deep,
             .beyond_ns = elapsed_ns - due_ns_,
             .evidence = {block.begin, event}});
}

void BlockedAloneJudge::Close() {
  kept_.Close();
  Rule(ClauseId::kSYS_3, kept_, kept_.ByOrder());
}

}  // namespace proctor
