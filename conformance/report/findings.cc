#include "conformance/report/findings.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor {
namespace {

bool IsFinding(const Result& result) {
  return !result.expected || result.ruling.verdict == Verdict::kViolates;
}

// A violation is of its clause even where another is violated by the same events.
bool SaysTheSame(const Result& one, const Result& other) {
  return one.ruling.verdict != Verdict::kViolates && one.ruling.verdict == other.ruling.verdict &&
         one.ruling.message == other.ruling.message && one.ruling.evidence.empty() &&
         other.ruling.evidence.empty() && one.scenario == other.scenario;
}

}  // namespace

std::vector<Finding> FindingsOf(const Results& results) {
  std::vector<Finding> findings;
  for (const Result& result : results.verdicts) {
    if (!IsFinding(result)) continue;
    const auto same = std::ranges::find_if(
        findings, [&](const Finding& finding) { return SaysTheSame(*finding.front(), result); });
    if (same != findings.end()) {
      same->push_back(&result);
    } else {
      findings.push_back({&result});
    }
  }
  return findings;
}

std::string NamesIn(const Finding& finding) {
  std::string text;
  for (const Result* result : finding) {
    text += fmt::format("{}{}.{}", text.empty() ? "" : ", ", ClauseName(result->ruling.clause),
                        TierName(result->ruling.tier));
  }
  return text;
}

}  // namespace proctor
