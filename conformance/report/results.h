// Results: the only input of every renderer, and their file form, results.json:
//
//   {"schema": "proctor-results/1",
//    "implementation": {"name": "go", "version": "go1.19.8", "profile": "go1.20"},
//    "verdicts": [{"clause": "CAD-2", "tier": "O", "verdict": "conforms", "expected": true, "triggers": 113,
//                  "message": "", "evidence": [{"t": 5, "e": "shallow_sleep", "m": 7, "duration_ns": 20000}],
//                  "replay": "proctor check go --clauses CAD-2 --seed 1",
//                  "scenario": "{...}"}],          only where a minimal scenario shows it
//    "exit_status": 0}
//
// Thread safety: a Results is a plain value.

#ifndef PROCTOR_CONFORMANCE_REPORT_RESULTS_H_
#define PROCTOR_CONFORMANCE_REPORT_RESULTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/profile.h"
#include "conformance/judge/verdict.h"

namespace proctor {

inline constexpr std::string_view kResultsSchema = "proctor-results/1";

struct Result {
  Ruling ruling;
  bool expected = true;  // false: the verdict differs from the expectations
  std::string replay;    // the line that replays it; empty where there is nothing to replay
  std::string scenario;  // a minimal one that shows it, as JSON; empty: there is none
};

struct Results {
  std::string implementation;
  std::string version;
  Profile profile = kGo1_20;
  std::vector<Result> verdicts;  // in the order of the contract
  int exit_status = 0;
};

// 1: a violation that was not expected, or a decided verdict that an expectation contradicts; else
// 3: an error, crash or time-out that was not expected; else 2: something inconclusive; else 0.
int ExitStatusOf(const std::vector<Result>& verdicts);

std::string FormatResults(const Results& results);  // JSON, for people to read too
// nullopt: `why` names the first thing wrong and its place.
std::optional<Results> ParseResults(std::string_view json, std::string& why);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_RESULTS_H_
