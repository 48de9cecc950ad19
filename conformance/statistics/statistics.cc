#include "conformance/statistics/statistics.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace proctor {

ShareTest::ShareTest(Plan plan) : plan_(plan) {}

void ShareTest::Add(bool exceeds) {
  ++samples_;
  exceedances_ += exceeds ? 1 : 0;
  if (decision_ == Decision::kBroken) return;
  const double accepts = std::log(plan_.beta / (1 - plan_.alpha));
  const double rejects = std::log((1 - plan_.beta) / plan_.alpha);
  log_ratio_ += exceeds ? std::log(plan_.broken / plan_.kept)
                        : std::log((1 - plan_.broken) / (1 - plan_.kept));
  // However long all went well before, it weighs no more than what was enough to accept.
  log_ratio_ = std::max(log_ratio_, accepts);
  if (log_ratio_ >= rejects) {
    decision_ = Decision::kBroken;
  } else if (log_ratio_ <= accepts) {
    decision_ = Decision::kKept;
  }
}

std::string ShareTest::Describe() const {
  return fmt::format("n={}, k={}, {:g} % against {:g} %, alpha {:g}, beta {:g}", samples_,
                     exceedances_, 100 * plan_.kept, 100 * plan_.broken, plan_.alpha, plan_.beta);
}

}  // namespace proctor
