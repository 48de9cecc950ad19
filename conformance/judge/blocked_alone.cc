#include "conformance/judge/blocked_alone.h"

#include <fmt/format.h>

namespace proctor {
namespace {

// Two scans to see the call and to take its P, one more to find all P idle, and the hand-off's
// spinning thread in between; a block must be longer than this by far to be a test.
constexpr int64_t kCyclesToDeepSleep = 10;
constexpr size_t kBlocksMost = 4096;

}  // namespace

BlockedAloneJudge::BlockedAloneJudge(Tier tier, const Header& header)
    : Judge(tier, {ClauseId::kSYS_3}),
      tunables_(header.in_force),
      due_ns_(tunables_.syscall_cap_ns + kCyclesToDeepSleep * tunables_.shallow_max_ns),
      activity_(header.emits) {
  using enum EventKind;
  Needs(KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake, kStall}) | Activity::Kinds());
}

void BlockedAloneJudge::Observe(const Event& event) {
  stalls_.Observe(event);
  if (event.kind == EventKind::kGap) {
    blocks_.clear();
    kept_their_p_.clear();  // what explains them may be missing
  } else if (event.kind == EventKind::kOpEnd && event.Is(Arg::kOp, Op::kBlock)) {
    OnEnd(event);
  } else if (event.kind == EventKind::kOpBegin && event.Is(Arg::kOp, Op::kBlock) &&
             blocks_.size() < kBlocksMost) {
    blocks_.insert_or_assign(event.g, Block{.begin = event});
  }
  activity_.Observe(event);
  if (blocks_.empty()) return;
  // Alone: every task that lives is inside an operation that leaves nothing to run.
  const bool alone = !activity_.lost() && activity_.open_waiting() == activity_.live();
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
  const bool is_test = tunables_.sched_trace_ms == 0 && block.alone &&
                       event.time_ns - block.begin.time_ns >= due_ns_;
  if (!is_test) return;
  if (block.slept_deep) {
    Trigger(ClauseId::kSYS_3);
  } else if (kept_their_p_.size() < kBlocksMost) {
    kept_their_p_.emplace_back(block.begin, event);
  }
}

void BlockedAloneJudge::Close() {
  for (const auto& [begin, end] : kept_their_p_) {
    const int64_t elapsed_ns = end.time_ns - begin.time_ns;
    if (elapsed_ns - stalls_.Within(begin.time_ns, end.time_ns) < due_ns_) {
      LeaveOpen(ClauseId::kSYS_3, "the host stalled during the blocked calls");
      continue;
    }
    Violate(ClauseId::kSYS_3,
            fmt::format("a system call of {} ns in an otherwise idle process kept its P: the "
                        "monitor did not sleep deep",
                        elapsed_ns),
            {begin, end});
  }
}

}  // namespace proctor
