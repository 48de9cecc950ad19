#include "conformance/statistics/statistics.h"

#include <fmt/core.h>

#include <cmath>

namespace proctor {

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
