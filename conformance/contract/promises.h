// Promises: what a runtime says of itself that decides which clauses may be asked of it. A promise
// that it declares absent is `unsupported` where a clause needs it, whatever the evidence shows.
//
// Thread safety: plain values and pure functions.

#ifndef PROCTOR_CONFORMANCE_CONTRACT_PROMISES_H_
#define PROCTOR_CONFORMANCE_CONTRACT_PROMISES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "conformance/contract/contract.h"

namespace proctor {

// How a task that computes can be made to yield.
enum class PreemptionKind : uint8_t {
  kSignal,     // anywhere, by a signal to its thread
  kSafepoint,  // where its code asks whether it should: loops of the language do so
  kNone,       // not at all: it yields when it calls the runtime
};

// Whether a runtime learns of a task's blocking system call.
enum class BlockingKind : uint8_t { kTold, kUntold };

struct Promises {
  PreemptionKind preemption = PreemptionKind::kSignal;
  bool reports_deadlock = true;
  BlockingKind blocking = BlockingKind::kTold;

  bool operator==(const Promises&) const = default;
};

// The spelling of the enumerators in JSON; the index is the value.
std::span<const std::string_view> PreemptionNames();  // "signal", "safepoint", "none"
std::span<const std::string_view> BlockingNames();    // "told", "untold"

// The words that declare what the clause needs to be absent: `"preemption":"none"`. Empty: all
// that it needs in that tier is promised.
std::string WhyNotPromised(const Promises& promises, ClauseId clause, Tier tier);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CONTRACT_PROMISES_H_
