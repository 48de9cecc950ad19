#include "conformance/judge/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace proctor {
namespace {

// A stall that overlaps a sample is an event at the stall's own end.
constexpr int64_t kSettleNs = 200'000'000;
constexpr size_t kStallsKept = 512;
// Less than this the allowance in every bound takes care of.
constexpr int64_t kNoiseNs = kSystemAllowanceNs / 2;
constexpr size_t kWaitingMost = 4096;
constexpr int64_t kFailuresThatCount = 3;

}  // namespace

void Samples::Add(Sample sample) {
  if (waiting_.size() >= kWaitingMost) Settle(INT64_MAX);
  waiting_.push_back(std::move(sample));
}

void Samples::Observe(const Event& event) {
  if (event.kind == EventKind::kStall) {
    stalls_.push_back({event.time_ns - event.Get(Arg::kDurationNs), event.time_ns});
    if (stalls_.size() > kStallsKept) stalls_.pop_front();
  }
  if (!waiting_.empty()) Settle(event.time_ns);
}

void Samples::Close() { Settle(INT64_MAX); }

void Samples::Settle(int64_t now_ns) {
  while (!waiting_.empty() && waiting_.front().end_ns < now_ns - kSettleNs) {
    Sample& sample = waiting_.front();
    if (IsNoisy(sample)) {
      ++noisy_;
      noisy_kept_ += !sample.exceeds;
    } else {
      test_.Add(sample.exceeds);
      if (sample.exceeds && !first_exceeding_) first_exceeding_ = std::move(sample);
    }
    waiting_.pop_front();
  }
}

bool Samples::IsNoisy(const Sample& sample) const {
  int64_t stalled_ns = 0;
  for (const Stall& stall : stalls_) {
    stalled_ns += std::max<int64_t>(
        0, std::min(stall.end_ns, sample.end_ns) - std::max(stall.begin_ns, sample.begin_ns));
  }
  return stalled_ns >= kNoiseNs;
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

Samples::Decision Samples::Decide(Outcome outcome, int64_t samples, std::string figures,
                                  int64_t left_out) const {
  if (bound_ns_ > 0) figures += fmt::format(", bound {} ns", bound_ns_);
  if (left_out > 0) figures += fmt::format(", {} more left out for noise", left_out);
  return {outcome, samples, std::move(figures)};
}

}  // namespace proctor
