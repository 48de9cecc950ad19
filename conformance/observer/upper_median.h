// The middle value, and the greater of two: one of the values in any case.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_UPPER_MEDIAN_H_
#define PROCTOR_CONFORMANCE_OBSERVER_UPPER_MEDIAN_H_

#include <algorithm>
#include <cstdint>
#include <vector>

namespace proctor {

// There must be a value.
inline int64_t UpperMedian(std::vector<int64_t> values) {
  const auto middle = values.begin() + static_cast<int64_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_UPPER_MEDIAN_H_
