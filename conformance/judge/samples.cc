#include "conformance/judge/samples.h"

#include <fmt/core.h>

#include <utility>

namespace proctor {
namespace {

// Less than this the allowance in every bound takes care of.
constexpr int64_t kNoiseNs = kSystemAllowanceNs / 2;
constexpr size_t kSamplesMost = 65'536;
constexpr size_t kWithEvidenceMost = 4096;
constexpr int64_t kFailuresThatCount = 3;

}  // namespace

void Samples::Add(Sample sample) {
  if (waiting_.size() >= kSamplesMost) return;
  // Only a sample that exceeds may be cited.
  if (!sample.exceeds || with_evidence_ >= kWithEvidenceMost) {
    sample.evidence = {};
  } else {
    ++with_evidence_;
  }
  waiting_.push_back(std::move(sample));
}

void Samples::AddPieces(int64_t begin_ns, int64_t end_ns, const std::vector<Event>& evidence) {
  for (; begin_ns + bound_ns_ < end_ns; begin_ns += bound_ns_) {
    Add({.begin_ns = begin_ns,
         .end_ns = begin_ns + bound_ns_,
         .exceeds = true,
         .beyond_ns = bound_ns_ / 2,
         .evidence = evidence});
  }
}

void Samples::Close() {
  for (Sample& sample : waiting_) {
    const int64_t stalled_ns = noise_counts_ ? stalls_.Within(sample.begin_ns, sample.end_ns) : 0;
    if (stalled_ns >= kNoiseNs && !(sample.exceeds && sample.beyond_ns > stalled_ns)) {
      ++noisy_;
      noisy_kept_ += !sample.exceeds;
      continue;
    }
    test_.Add(sample.exceeds);
    durations_ns_.Add(sample.end_ns - sample.begin_ns);
    if (sample.exceeds && !first_exceeding_) first_exceeding_ = std::move(sample);
  }
  waiting_ = {};
}

Samples::Decision Samples::ByShare() const {
  const int64_t judged = test_.samples();
  const auto outcome = [&] {
    if (judged + noisy_ == 0) return Outcome::kNothing;
    if (noisy_ > judged) return Outcome::kOpen;
    switch (test_.decision()) {
      case ShareTest::Decision::kKept:
        return Outcome::kKept;
      case ShareTest::Decision::kBroken:
        return Outcome::kBroken;
      case ShareTest::Decision::kOpen:
        break;
    }
    return Outcome::kOpen;
  };
  return Decide(outcome(), judged, test_.Describe(), noisy_);
}

Samples::Decision Samples::ByCount() const {
  const int64_t exceedances = test_.exceedances();
  const int64_t kept = test_.samples() - exceedances + noisy_kept_;
  const int64_t left_out = noisy_ - noisy_kept_;
  const auto outcome = [&] {
    if (kept + exceedances + left_out == 0) return Outcome::kNothing;
    if (exceedances >= kFailuresThatCount) return Outcome::kBroken;
    return exceedances == 0 && kept > left_out ? Outcome::kKept : Outcome::kOpen;
  };
  return Decide(outcome(), kept + exceedances,
                fmt::format("n={}, k={}, broken from {} on", kept + exceedances, exceedances,
                            kFailuresThatCount),
                left_out);
}

Samples::Decision Samples::ByOrder() const {
  if (test_.exceedances() > 0) return ByShare();
  return ByCount();
}

Samples::Decision Samples::Decide(Outcome outcome, int64_t samples, std::string figures,
                                  int64_t left_out) const {
  const auto ms = [](int64_t ns) {
    return fmt::format("{:.3f} ms", static_cast<double>(ns) / 1e6);
  };
  if (bound_ns_ > 0 && durations_ns_.count() > 0) {
    figures = fmt::format("p50 {}, p99 {}, max {}, bound {}; {}", ms(durations_ns_.Quantile(0.5)),
                          ms(durations_ns_.Quantile(0.99)), ms(durations_ns_.max()), ms(bound_ns_),
                          figures);
  }
  if (left_out > 0) figures += fmt::format(", {} more left out for noise", left_out);
  return {outcome, samples, std::move(figures)};
}

}  // namespace proctor
