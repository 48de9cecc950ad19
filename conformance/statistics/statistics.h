// The statistics of tier X.
//
// Thread safety: a ShareTest belongs to one thread.

#ifndef PROCTOR_CONFORMANCE_STATISTICS_STATISTICS_H_
#define PROCTOR_CONFORMANCE_STATISTICS_STATISTICS_H_

#include <cstdint>
#include <string>

namespace proctor {

// Wald's sequential test of "at most `kept` of the samples exceed a bound" against "at least
// `broken` do". It may be looked at after every sample; a right implementation is rejected with a
// probability of at most about `alpha`, and a broken one accepted with at most about `beta`.
//
// What begins to fail late is rejected as well: the test goes on after it has accepted, from where
// it did, which adds little to `alpha` (statistics_test.cc).
class ShareTest {
 public:
  struct Plan {
    double kept = 0.01;
    double broken = 0.10;
    double alpha = 1e-3;
    double beta = 0.05;
  };
  enum class Decision { kOpen, kKept, kBroken };

  explicit ShareTest(Plan plan);

  // What comes after a rejection only counts; nothing changes that.
  void Add(bool exceeds);

  Decision decision() const { return decision_; }
  int64_t samples() const { return samples_; }
  int64_t exceedances() const { return exceedances_; }

  // "n=50, k=0, kept at 1 % against 10 %, alpha 0.000125, beta 0.05".
  std::string Describe() const;

 private:
  const Plan plan_;
  double log_ratio_ = 0;  // of the likelihoods, broken over kept
  int64_t samples_ = 0;
  int64_t exceedances_ = 0;
  Decision decision_ = Decision::kOpen;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_STATISTICS_STATISTICS_H_
