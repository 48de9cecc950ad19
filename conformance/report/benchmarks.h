// The latencies of one implementation as Google Benchmark writes its results (schema version 1), so
// that its compare tools read them: a repetition for each run that was made.
//
// No CPU time is measured of a latency; `cpu_time`, which those tools want, is the real time again.
// What was used, which is no time, is not in it.
//
// Thread safety: a plain function.

#ifndef PROCTOR_CONFORMANCE_REPORT_BENCHMARKS_H_
#define PROCTOR_CONFORMANCE_REPORT_BENCHMARKS_H_

#include <string>

#include "conformance/report/results.h"

namespace proctor {

// `date` says when, in the form of ISO 8601. A point of a curve is called "yield/tasks:100".
std::string FormatBenchmarks(const Results& results, const std::string& date);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_BENCHMARKS_H_
