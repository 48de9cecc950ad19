#include "conformance/statistics/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace proctor {
namespace {

constexpr int kBits = 5;  // of a value that tell buckets of one power of two apart
constexpr int64_t kExact = 1 << kBits;

}  // namespace

int32_t Histogram::BucketOf(int64_t value) {
  if (value < kExact) return static_cast<int32_t>(std::max<int64_t>(value, 0));
  const int shift = std::bit_width(static_cast<uint64_t>(value)) - 1 - kBits;
  return static_cast<int32_t>(shift * kExact + (value >> shift));
}

int64_t Histogram::LeastOf(int32_t bucket) {
  if (bucket < 2 * kExact) return bucket;
  const int64_t shift = bucket / kExact - 1;
  return (kExact + bucket % kExact) << shift;
}

int64_t Histogram::GreatestOf(int32_t bucket) {
  if (bucket < 2 * kExact) return bucket;
  const int64_t shift = bucket / kExact - 1;
  return LeastOf(bucket) + ((int64_t{1} << shift) - 1);
}

int64_t Histogram::MiddleOf(int32_t bucket) {
  const int64_t least = LeastOf(bucket);
  return least + (GreatestOf(bucket) - least) / 2;
}

void Histogram::AddBucket(int32_t bucket, int64_t times, int64_t most) {
  if (times <= 0) return;
  buckets_[bucket] += times;
  count_ += times;
  max_ = std::max(max_, most);
}

void Histogram::Merge(const Histogram& other) {
  for (const auto& [bucket, times] : other.buckets_) AddBucket(bucket, times, other.max_);
}

int64_t Histogram::Quantile(double q) const {
  const auto wanted = static_cast<int64_t>(std::ceil(q * static_cast<double>(count_)));
  int64_t seen = 0;
  for (const auto& [bucket, times] : buckets_) {
    seen += times;
    // The middle of the last bucket may lie above the greatest value.
    if (seen >= wanted) return seen == count_ && q >= 1 ? max_ : std::min(MiddleOf(bucket), max_);
  }
  return max_;
}

}  // namespace proctor
