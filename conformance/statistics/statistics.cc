#include "conformance/statistics/statistics.h"

#include <fmt/format.h>

#include <boost/math/distributions/binomial.hpp>
#include <cmath>

namespace proctor {

using Binomial = boost::math::binomial_distribution<double>;

double UpperTail(int64_t n, int64_t count, double share) {
  if (count <= 0) return 1;
  if (count > n) return 0;
  return boost::math::cdf(boost::math::complement(Binomial(static_cast<double>(n), share),
                                                  static_cast<double>(count - 1)));
}

int64_t RejectionCount(int64_t n, double share, double alpha) {
  int64_t count = 0;
  while (UpperTail(n, count, share) > alpha) ++count;
  return count;
}

int64_t SamplesToProve(double share, double confidence) {
  return static_cast<int64_t>(std::ceil(std::log1p(-confidence) / std::log1p(-share)));
}

Interval ExactInterval(int64_t n, int64_t count, double confidence) {
  const auto trials = static_cast<double>(n);
  const auto successes = static_cast<double>(count);
  const double risk = (1 - confidence) / 2;
  return {count == 0 ? 0 : Binomial::find_lower_bound_on_p(trials, successes, risk),
          count == n ? 1 : Binomial::find_upper_bound_on_p(trials, successes, risk)};
}

ShareTest::ShareTest(Plan plan) : plan_(plan) {}

void ShareTest::Add(bool exceeds) {
  ++samples_;
  exceedances_ += exceeds ? 1 : 0;
  if (decision_ != Decision::kOpen) return;
  log_ratio_ += exceeds ? std::log(plan_.broken / plan_.kept)
                        : std::log((1 - plan_.broken) / (1 - plan_.kept));
  if (log_ratio_ >= std::log((1 - plan_.beta) / plan_.alpha)) decision_ = Decision::kBroken;
  if (log_ratio_ <= std::log(plan_.beta / (1 - plan_.alpha))) decision_ = Decision::kKept;
}

std::string ShareTest::Describe() const {
  return fmt::format("n={}, k={}, {:g} % against {:g} %, alpha {:g}, beta {:g}", samples_,
                     exceedances_, 100 * plan_.kept, 100 * plan_.broken, plan_.alpha, plan_.beta);
}

}  // namespace proctor
