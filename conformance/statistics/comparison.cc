#include "conformance/statistics/comparison.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <random>
#include <utility>

namespace proctor {

double Median(std::span<const int64_t> values) {
  if (values.empty()) return 0;
  std::vector<int64_t> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return static_cast<double>(sorted[middle]);
  return (static_cast<double>(sorted[middle - 1]) + static_cast<double>(sorted[middle])) / 2;
}

double MannWhitney(std::span<const int64_t> a, std::span<const int64_t> b) {
  if (a.empty() || b.empty()) return 1;
  std::vector<std::pair<int64_t, bool>> all;  // value, whether it is of `a`
  for (const int64_t value : a) all.emplace_back(value, true);
  for (const int64_t value : b) all.emplace_back(value, false);
  std::ranges::sort(all);
  const auto n = static_cast<double>(all.size());
  double rank_sum = 0;  // of `a`; equal values share the mean of their ranks
  double ties = 0;
  for (size_t begin = 0; begin < all.size();) {
    size_t end = begin;
    while (end < all.size() && all[end].first == all[begin].first) ++end;
    const double rank = static_cast<double>(begin + 1 + end) / 2;
    for (size_t i = begin; i < end; ++i) rank_sum += all[i].second ? rank : 0;
    const auto alike = static_cast<double>(end - begin);
    ties += alike * alike * alike - alike;
    begin = end;
  }
  const auto size_a = static_cast<double>(a.size());
  const auto size_b = static_cast<double>(b.size());
  const double u = rank_sum - size_a * (size_a + 1) / 2;
  const double variance = size_a * size_b / 12 * (n + 1 - ties / (n * (n - 1)));
  if (variance <= 0) return 1;
  const double distance = std::max(std::abs(u - size_a * size_b / 2) - 0.5, 0.0);
  const boost::math::normal normal;
  return std::min(1.0, 2 * cdf(complement(normal, distance / std::sqrt(variance))));
}

Interval BootstrapMedian(std::span<const int64_t> values) {
  constexpr int kResamples = 2000;
  if (values.empty()) return {};
  // The same figures from the same values; the engine's output is fixed by the standard.
  std::mt19937_64 random(1);
  std::vector<double> medians;
  std::vector<int64_t> resample(values.size());
  for (int i = 0; i < kResamples; ++i) {
    for (int64_t& value : resample) value = values[random() % values.size()];
    medians.push_back(Median(resample));
  }
  std::ranges::sort(medians);
  return {medians[kResamples * 25 / 1000], medians[kResamples * 975 / 1000]};
}

}  // namespace proctor
