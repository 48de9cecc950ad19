// Expectations: where an implementation is known to deviate, and why. One file per implementation:
//
//   {"schema": "proctor-expectations/1", "implementation": "gccgo",
//    "entries": [{"clause": "PRE-5", "tier": "X", "profiles": ["go1.20"], "verdict": "violates",
//                 "reason": "gccgo 12 has no asynchronous preemption"}]}
//
// `tier` and `profiles` may be left out: any. An entry whose clause is decided otherwise is stale,
// and that is as red as a violation; but only where all ran that could have shown what it expects.
//
// Thread safety: plain values.

#ifndef PROCTOR_CONFORMANCE_REPORT_EXPECTATIONS_H_
#define PROCTOR_CONFORMANCE_REPORT_EXPECTATIONS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/judge/verdict.h"
#include "conformance/report/results.h"

namespace proctor {

struct Expectation {
  ClauseId clause;
  std::optional<Tier> tier;
  ProfileSet profiles = kAllProfiles;
  Verdict verdict = Verdict::kViolates;
  std::string reason;
};

struct Expectations {
  std::string implementation;
  std::vector<Expectation> entries;
};

// nullopt: `error` names the first thing wrong and its place ("entries[2]: clause unknown value
// 'PRE-55'").
std::optional<Expectations> ParseExpectations(std::string_view text, std::string& error);

// The first entry that speaks of the clause in that tier; nullptr: none does.
const Expectation* FindExpectation(const Expectations& expectations, Profile profile,
                                   ClauseId clause, Tier tier);

// Marks each ruling as expected or not: one that an entry speaks of is expected when it is the
// entry's verdict or undecided (not exercised, not observable, unsupported, inconclusive); without
// an entry, when it is neither a violation nor an error, crash or time-out. The reason of an entry
// joins the message, as does the word that an entry is stale. Where the evidence is not `whole`,
// no entry is.
std::vector<Result> Apply(const Expectations& expectations, Profile profile,
                          const std::vector<Ruling>& rulings, bool whole);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_EXPECTATIONS_H_
