// What the page's charts show, as the JSON that its script reads.
//
// Thread safety: a plain function.

#ifndef PROCTOR_CONFORMANCE_REPORT_PAGE_CHART_DATA_H_
#define PROCTOR_CONFORMANCE_REPORT_PAGE_CHART_DATA_H_

#include <span>
#include <string>
#include <vector>

#include "conformance/report/results.h"

namespace proctor {

// Whose results they are, all different.
std::vector<std::string> NamesOf(std::span<const Results> results);

// {"latencies": [{"title": "SYS-4: ...", "bound_ns": 30, "series": [{"name": "go", "n": 84,
//                 "points": [[0.5, 12], ...]}]}],       share of the samples, duration
//  "cadences": [{"name": "idle", "length_ns": 9, "is_cut": false,
//                "points": [[0, "sleep", 20000], ...]}]}    time, what, duration
// Nothing in it ends a script element. The results are clean (foreign_text.h).
std::string ChartData(std::span<const Results> results);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_PAGE_CHART_DATA_H_
