// Verdicts and rulings: what judging ends with.
//
// Thread safety: plain values and pure functions.

#ifndef PROCTOR_CONFORMANCE_JUDGE_VERDICT_H_
#define PROCTOR_CONFORMANCE_JUDGE_VERDICT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/evidence/event.h"
#include "conformance/statistics/histogram.h"

namespace proctor {

enum class Verdict : uint8_t {
  kConforms,       // put to the test at least once, and kept
  kViolates,       // the evidence cited shows it broken
  kNotExercised,   // the evidence could tell, but the clause was never put to the test
  kNotObservable,  // this evidence cannot tell
  kUnsupported,    // a capability that the clause needs is declared absent
  kInconclusive,   // noise or budget prevented a decision
  kError,          // the harness or an adapter failed
  kCrash,          // the process under test ended before it was asked to
  kTimeout,        // a deadline passed
};

std::string_view VerdictName(Verdict verdict);  // "not_exercised"
std::optional<Verdict> FindVerdict(std::string_view name);

// How long what a clause bounds took each time, without what noise explains.
struct Measured {
  Histogram durations_ns;
  int64_t bound_ns = 0;

  bool operator==(const Measured&) const = default;
};

// What one judge says of one clause after one piece of evidence.
struct Ruling {
  ClauseId clause;
  Tier tier;
  Verdict verdict = Verdict::kNotExercised;
  int64_t triggers = 0;              // how often the clause was put to the test
  std::string message;               // one sentence; statistics (n, k, bound, confidence) included
  std::vector<Event> evidence;       // the events that decide it, oldest first; few
  std::optional<Measured> measured;  // where the clause bounds a time that was measured
};

// One ruling from two of the same clause and tier. The graver verdict wins in the order violates,
// crash, timeout, error, conforms, inconclusive, unsupported, not_exercised, not_observable;
// triggers add up, and so do the durations measured against the same bound.
Ruling Combine(const Ruling& a, const Ruling& b);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_VERDICT_H_
