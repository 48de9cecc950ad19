// A histogram of durations or other non-negative numbers, exact below 64, with a relative error of
// at most 1.6 % from there on: each power of two is divided into 32 buckets of the same width, and
// a bucket stands for its middle. The greatest value is kept exactly.
//
// Histograms of several runs, threads or processes merge into what one of all values would be; the
// numbers of the buckets are the same in every program (conformance/adapter/PROTOCOL.md).
//
// Memory: one entry for each bucket that has values, at most kBucketsMost of them.
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_STATISTICS_HISTOGRAM_H_
#define PROCTOR_CONFORMANCE_STATISTICS_HISTOGRAM_H_

#include <cstdint>
#include <map>

namespace proctor {

class Histogram {
 public:
  static constexpr int32_t kBucketsMost = 32 * 59;  // for values of up to 63 bits

  static int32_t BucketOf(int64_t value);     // of a negative value: 0
  static int64_t MiddleOf(int32_t bucket);    // the bucket is one of kBucketsMost
  static int64_t LeastOf(int32_t bucket);     // its smallest value
  static int64_t GreatestOf(int32_t bucket);  // its greatest value

  void Add(int64_t value) { AddBucket(BucketOf(value), 1, value); }
  // `times` values of a bucket, none of them greater than `most`.
  void AddBucket(int32_t bucket, int64_t times, int64_t most);
  void Merge(const Histogram& other);

  int64_t count() const { return count_; }
  int64_t max() const { return max_; }  // 0 where it is empty
  // The smallest value that at least the share `q` (0 to 1) of all values does not exceed; 0 where
  // it is empty.
  int64_t Quantile(double q) const;
  // Bucket and number of values, in ascending order.
  const std::map<int32_t, int64_t>& buckets() const { return buckets_; }

  bool operator==(const Histogram&) const = default;

 private:
  std::map<int32_t, int64_t> buckets_;
  int64_t count_ = 0;
  int64_t max_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_STATISTICS_HISTOGRAM_H_
