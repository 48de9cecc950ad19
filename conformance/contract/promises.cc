#include "conformance/contract/promises.h"

#include <fmt/core.h>

#include "conformance/base/enum_names.h"

namespace proctor {
namespace {

constexpr std::string_view kPreemptionNames[] = {"signal", "safepoint", "none"};
static_assert(NamesAllOf<PreemptionKind>(kPreemptionNames));
constexpr std::string_view kBlockingNames[] = {"told", "untold"};
static_assert(NamesAllOf<BlockingKind>(kBlockingNames));

// A task that computes must be made to yield, by whatever means.
bool NeedsPreemption(ClauseId clause, Tier tier) {
  using enum ClauseId;
  switch (clause) {
    case kSLICE_3:
    case kPRE_5:
    case kPOLL_7:
    case kTIME_2:
      return tier == kO || tier == kX;
    default:
      return false;
  }
}

// Told by the signals that the monitor sends.
bool NeedsSignals(ClauseId clause, Tier tier) {
  using enum ClauseId;
  return tier == kO &&
         (clause == kPRE_1 || clause == kPRE_4 || clause == kSLICE_3 || clause == kSLICE_4);
}

bool NeedsDeadlockReports(ClauseId clause, Tier tier) {
  using enum ClauseId;
  return tier == kX &&
         (clause == kID_3 || clause == kDEAD_3 || clause == kDEAD_4 || clause == kDEAD_5);
}

// A processor must be taken from a call that the runtime knows of.
bool NeedsToldCalls(ClauseId clause, Tier tier) {
  using enum ClauseId;
  if (tier != kO && tier != kX) return false;
  switch (clause) {
    case kCAD_3:
    case kCAD_4:
    case kDEEP_9:
    case kSYS_1:
    case kSYS_2:
    case kSYS_3:
    case kSYS_4:
    case kSYS_5:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::span<const std::string_view> PreemptionNames() { return kPreemptionNames; }
std::span<const std::string_view> BlockingNames() { return kBlockingNames; }

std::string WhyNotPromised(const Promises& promises, ClauseId clause, Tier tier) {
  const bool by_signals = promises.preemption == PreemptionKind::kSignal;
  // At a safepoint a loop loses its processor without a signal, as it should. Without preemption
  // there is nothing to turn off; two tasks that run at once on one processor break SYS-8.
  const bool is_about_signals =
      NeedsSignals(clause, tier) || (clause == ClauseId::kPRE_3 && tier == kX);
  if ((!by_signals && is_about_signals) ||
      (promises.preemption == PreemptionKind::kNone && NeedsPreemption(clause, tier))) {
    return fmt::format("\"preemption\":\"{}\"",
                       kPreemptionNames[static_cast<size_t>(promises.preemption)]);
  }
  if (!promises.reports_deadlock && NeedsDeadlockReports(clause, tier)) {
    return "\"reports_deadlock\":false";
  }
  if (promises.blocking == BlockingKind::kUntold && NeedsToldCalls(clause, tier)) {
    return "\"blocking\":\"untold\"";
  }
  return "";
}

}  // namespace proctor
