// Results of several implementations compared: which clauses they decide differently, and which
// latencies differ by more than chance and more than a least effect.
//
// Thread safety: plain values and functions.

#ifndef PROCTOR_CONFORMANCE_REPORT_COMPARED_H_
#define PROCTOR_CONFORMANCE_REPORT_COMPARED_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "conformance/report/results.h"
#include "conformance/statistics/comparison.h"

namespace proctor {

inline constexpr double kLeastEffect = 0.05;

// One latency of one implementation, beside that of the first one.
struct ComparedLatency {
  std::string name;
  size_t who = 0;         // index of the results
  double median_ns = 0;   // of the medians of its runs
  Interval interval_ns;   // of that, by bootstrap
  int64_t p99_ns = 0;     // of all its samples
  bool has_first = true;  // the first one was measured: `ratio`, `p_value` and `differs` hold
  double ratio = 1;       // to the first one's median
  double p_value = 1;     // of the Mann-Whitney test against the first one's runs
  bool differs = false;   // beyond chance and the least effect
  double floors = 0;      // how many times the like on the machine alone; 0: nothing is like it
  bool stamped = false;   // as in Latency
};

// What a process used while it ran, of one implementation.
struct ComparedUsage {
  std::string name;
  std::string about;
  std::string unit;      // one of kUnits
  size_t who = 0;        // index of the results
  double median = 0;     // of its runs, in `unit`
  Interval interval;     // of that, by bootstrap
  bool stamped = false;  // as in Latency
};

// How one latency of one implementation, or what it uses, grows.
struct ComparedCurve {
  std::string about;
  std::string unit;                                // one of kUnits
  std::string grows_with;                          // "timers"
  size_t who = 0;                                  // index of the results
  std::vector<std::pair<int64_t, double>> points;  // how many, and the median; ascending
};

struct ComparedClause {
  ClauseId clause;
  Tier tier;
  std::vector<std::optional<Verdict>> verdicts;  // by results; nullopt: none
};

struct Compared {
  std::vector<std::string> names;          // of the implementations, all different
  double least_effect = kLeastEffect;      // a share: 0.05 is 5 %
  std::vector<ComparedLatency> latencies;  // by latency, then by implementation
  std::vector<ComparedUsage> usages;       // by figure, then by implementation; not tested
  std::vector<ComparedCurve> curves;       // by curve, then by implementation; not tested
  std::vector<ComparedClause> clauses;     // that have verdicts, in the order of the contract
};

// "1.2 ms", "3.4 % of a core"; the unit is one of kUnits.
std::string QuantityText(double value, const std::string& unit);

// A difference is called where p is below 0.01, shared out over all tests, and the ratio of the
// medians beyond the least effect.
Compared Compare(std::span<const Results> results, double least_effect);

// Those of all results.
std::vector<ComparedCurve> CurvesOf(std::span<const Results> results);
std::vector<ComparedUsage> UsagesOf(std::span<const Results> results);

// Lines that say what got worse from the first results to the last: a clause that was kept and is
// not, a latency that is called slower. Empty: nothing.
std::vector<std::string> Regressions(const Compared& compared);

// The clauses that the first kept and that the last says nothing of, a line each.
std::vector<std::string> NoLongerDecided(const Compared& compared);

// For the terminal, and as Markdown. Foreign text is cleaned.
std::string RenderCompared(const Compared& compared);
std::string RenderComparedMarkdown(const Compared& compared);
// JSON, schema proctor-comparison/1.
std::string FormatCompared(const Compared& compared);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_COMPARED_H_
