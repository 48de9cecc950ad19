// Whether two sets of repeated measurements differ, and how sure a median is.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_STATISTICS_COMPARISON_H_
#define PROCTOR_CONFORMANCE_STATISTICS_COMPARISON_H_

#include <cstdint>
#include <span>
#include <vector>

namespace proctor {

// The middle value, or the mean of the two; 0 where there are none.
double Median(std::span<const int64_t> values);

// The two-sided p-value of the Mann-Whitney U test: the normal approximation with the corrections
// for ties and continuity, which is good from about 8 values on each side. 1 where a side has none,
// or all values are equal.
double MannWhitney(std::span<const int64_t> a, std::span<const int64_t> b);

struct Interval {
  double low = 0;
  double high = 0;
};

// The 95 % percentile bootstrap interval of the median, by 2000 resamples from a fixed seed.
Interval BootstrapMedian(std::span<const int64_t> values);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_STATISTICS_COMPARISON_H_
