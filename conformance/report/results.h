// Results: the only input of every renderer, and their file form, results.json:
//
//   {"schema": "proctor-results/2",
//    "implementation": {"name": "go", "version": "go1.19.8", "profile": "go1.20",
//                       "asked_as": "go=/opt/go/bin/go"},             may be missing
//    "verdicts": [{"clause": "CAD-2", "tier": "O", "verdict": "conforms", "expected": true,
//                  "triggers": 113, "message": "",
//                  "evidence": [{"t": 5, "e": "shallow_sleep", "m": 7, "duration_ns": 20000}],
//                  "replay": "proctor check go --clauses CAD-2 --seed 1",
//                  "scenario": {...}}],          only where a minimal scenario shows it
//    "unjudged": ["--clauses: ..."],    what was asked for and not judged; may be missing
//    "machine": "Linux 6.1, 2 CPUs",    may be missing
//    "noise": {"stalls": 1, "longest_ns": 9, "total_ns": 9, "watched_ns": 99},    may be missing
//    "cadences": [{"name": "idle", "sleeps": 81, "is_cut": false, "events": [...]}],   likewise
//    "exit_status": 0}
//
// A verdict on a bound in time may have "measured": {"bound_ns": 30, "max_ns": 7,
// "buckets": [[7, 12]]}, which is bucket and count of a Histogram. What was measured without a
// bound stands in "latencies": [{"name": "yield", "about": "...", "max_ns": 7,
// "buckets": [[7, 12]], "medians_ns": [7]}], which may be missing. So may its members "floor",
// "grows_with" and "at", "unit", where that is not ns, and "stamped", where that is true.
//
// Version 1 is read as well: there a scenario was a string of JSON. Unknown members are ignored.
//
// Thread safety: a Results is a plain value.

#ifndef PROCTOR_CONFORMANCE_REPORT_RESULTS_H_
#define PROCTOR_CONFORMANCE_REPORT_RESULTS_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/profile.h"
#include "conformance/judge/verdict.h"
#include "conformance/report/cadence.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

inline constexpr std::string_view kResultsSchema = "proctor-results/2";
inline constexpr std::string_view kOldResultsSchema = "proctor-results/1";

// The units of what was measured. CPU time a second is in nanoseconds.
inline constexpr std::string_view kUnits[] = {"ns", "bytes", "per_second", "cpu_ns_per_second"};

struct Result {
  Ruling ruling;
  bool expected = true;  // false: the verdict differs from the expectations
  std::string replay;    // the line that replays it; empty where there is nothing to replay
  std::optional<Scenario> scenario;  // a minimal one that shows it; nullopt: there is none
};

// What was measured without a clause that bounds it: a latency; or what a process used while it
// ran, which has another unit.
struct Latency {
  std::string name;   // "hand_off_hot"
  std::string about;  // what it is, for people
  Histogram durations_ns;
  std::vector<int64_t> medians_ns;  // of each run that was made for it
  std::string floor;                // that of Results::floors below which it cannot be; empty: none
  std::string grows_with;           // a point of a curve: what there were `at` of; empty: none
  int64_t at = 0;
  std::string unit = "ns";  // of all its values; kUnits has the others
  bool stamped = false;     // every operation was stamped meanwhile, which costs time of its own

  bool operator==(const Latency&) const = default;
};

struct Results {
  std::string implementation;  // its own name for itself, where it says one
  std::string asked_as;        // how the user named it; empty: the same
  std::string version;
  Profile profile = kDefaultProfile;
  std::vector<Result> verdicts;       // in the order of the contract
  std::vector<std::string> unjudged;  // what was asked for and not judged, a line each
  std::string machine;                // what it ran on; empty: not known
  std::optional<Noise> noise;         // nullopt: nobody watched
  std::vector<Cadence> cadences;
  std::vector<Latency> latencies;
  std::vector<Latency> floors;  // the same of the machine alone, without a runtime
  int exit_status = 0;
};

// nullopt: unknown name.
std::optional<Tier> FindTier(std::string_view name);

// Whether the evidence told: conforms or violates, or that something failed.
bool IsDecided(Verdict verdict);

// One of exit_status.h. A violation that was not expected, or a decided verdict that an expectation
// contradicts, outweighs an error, crash or time-out that was not expected; that outweighs what is
// inconclusive, or was asked for and not judged.
int ExitStatusOf(const Results& results);

std::string FormatResults(const Results& results);  // JSON, for people to read too
// nullopt: `error` names the first thing wrong and its place. `ignored` gets the members that are
// unknown here, where it is not nullptr.
std::optional<Results> ParseResults(std::string_view text, std::string& error,
                                    std::set<std::string>* ignored = nullptr);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_RESULTS_H_
