// What the judges of tier X share: samples become rulings.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_STAMP_JUDGE_H_
#define PROCTOR_CONFORMANCE_JUDGE_STAMP_JUDGE_H_

#include <fmt/core.h>

#include <initializer_list>

#include "conformance/judge/judge.h"
#include "conformance/judge/samples.h"

namespace proctor {

class StampJudge : public Judge {
 protected:
  using Judge::Judge;

  void Rule(ClauseId clause, const Samples& samples, const Samples::Decision& decision) {
    if (samples.bound_ns() > 0 && samples.durations_ns().count() > 0) {
      Measure(clause, {.durations_ns = samples.durations_ns(), .bound_ns = samples.bound_ns()});
    }
    switch (decision.outcome) {
      case Samples::Outcome::kNothing:
        break;
      case Samples::Outcome::kKept:
        Trigger(clause, decision.samples);
        Explain(clause, decision.figures);
        break;
      case Samples::Outcome::kBroken:
        Violate(clause, fmt::format("{} ({})", samples.what(), decision.figures),
                samples.first_exceeding()->evidence);
        break;
      case Samples::Outcome::kOpen:
        LeaveOpen(clause, fmt::format("too few samples to decide ({})", decision.figures));
        break;
    }
  }
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_STAMP_JUDGE_H_
