// Samples of tier X: something that should have happened within a bound, and whether the host's
// noise can have kept it from happening.
//
// Samples are judged when the evidence is complete, for a stall is known at its own end only,
// however long it was. Samples that overlap stalls of some length are noisy. A share is judged
// without them, whether they keep the bound or not; where they are the majority, nothing is
// decided. A count leaves out only those that exceed: what was done in time in spite of noise was
// done in time.
//
// Memory: bounded; after 65,536 samples more are not taken. Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SAMPLES_H_
#define PROCTOR_CONFORMANCE_JUDGE_SAMPLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/evidence/event.h"
#include "conformance/judge/judge.h"
#include "conformance/judge/stalls.h"
#include "conformance/statistics/histogram.h"
#include "conformance/statistics/statistics.h"

namespace proctor {

// What the operating system may add to a bound: the wake-ups of the threads on the way, on a
// machine that has nothing else to do. More than that shows as stalls.
inline constexpr int64_t kSystemAllowanceNs = 10'000'000;

struct Sample {
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
  bool exceeds = false;         // the bound was not kept
  int64_t beyond_ns = 0;        // by how much; what stalled for less does not explain it
  std::vector<Event> evidence;  // the events that say so
};

class Samples {
 public:
  // Without `noise_counts` no stall excuses a sample: it is one of order, which none can change.
  // `what` is the sentence of a violation, up to its figures: "a runnable task waited longer than
  // 30 ms".
  Samples(std::string what, int64_t bound_ns, bool noise_counts = true)
      : Samples(std::move(what), bound_ns, noise_counts, {.alpha = kAlpha}) {}
  // With other shares of samples that may exceed than those of ShareTest. No bound: 0.
  Samples(std::string what, int64_t bound_ns, double kept, double broken)
      : Samples(std::move(what), bound_ns, true,
                {.kept = kept, .broken = broken, .alpha = kAlpha}) {}

  int64_t bound_ns() const { return bound_ns_; }

  void Add(Sample sample);
  // A wait that never ended, and was given up at `end_ns`: the longer it was, the more samples it
  // stands for, a piece for each bound. All but one bound of a right wait is stalled, so at most
  // two of its pieces are not stalled to their half.
  void AddPieces(int64_t begin_ns, int64_t end_ns, const std::vector<Event>& evidence);
  void Observe(const Event& event) { stalls_.Observe(event); }  // every event
  void Close();

  enum class Outcome { kNothing, kKept, kBroken, kOpen };
  struct Decision {
    Outcome outcome;
    int64_t samples;      // that it rests on
    std::string figures;  // "n=50, k=0, ..., 3 more left out for noise"
  };
  // For bounds in time: a sequential test of the share of samples that exceed.
  Decision ByShare() const;
  // For order: a few failures without noise are enough, one may be noise that no canary saw.
  Decision ByCount() const;
  // For order and turns, where a failure can only come of noise or of a defect: without failures
  // any number of samples is enough, with some the share decides.
  Decision ByOrder() const;

  // How long the samples took that were judged.
  const Histogram& durations_ns() const { return durations_ns_; }
  const std::optional<Sample>& first_exceeding() const { return first_exceeding_; }
  const std::string& what() const { return what_; }

 private:
  // Eight tests a run share an error of 1e-3.
  static constexpr double kAlpha = 1e-3 / 8;

  Samples(std::string what, int64_t bound_ns, bool noise_counts, const ShareTest::Plan& plan)
      : what_(std::move(what)), bound_ns_(bound_ns), noise_counts_(noise_counts), test_(plan) {}

  Decision Decide(Outcome outcome, int64_t samples, std::string figures, int64_t left_out) const;

  const std::string what_;
  const int64_t bound_ns_;
  const bool noise_counts_;
  std::vector<Sample> waiting_;  // without evidence where they keep the bound
  Stalls stalls_;
  ShareTest test_;
  Histogram durations_ns_;
  size_t with_evidence_ = 0;
  int64_t noisy_ = 0;
  int64_t noisy_kept_ = 0;  // of them, those that do not exceed
  std::optional<Sample> first_exceeding_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_SAMPLES_H_
