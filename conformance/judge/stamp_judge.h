// What the judges of tier X share: samples become rulings.

#ifndef PROCTOR_CONFORMANCE_JUDGE_STAMP_JUDGE_H_
#define PROCTOR_CONFORMANCE_JUDGE_STAMP_JUDGE_H_

#include <fmt/format.h>

#include <initializer_list>

#include "conformance/judge/judge.h"
#include "conformance/judge/samples.h"

namespace proctor {

class StampJudge : public Judge {
 protected:
  using Judge::Judge;

  void Rule(ClauseId clause, const Samples& samples, Samples::Outcome outcome) {
    switch (outcome) {
      case Samples::Outcome::kNothing:
        break;
      case Samples::Outcome::kKept:
        Trigger(clause, samples.judged());
        Explain(clause, samples.Describe());
        break;
      case Samples::Outcome::kBroken:
        Violate(clause, fmt::format("{} ({})", samples.what(), samples.Describe()),
                samples.first_exceeding()->evidence);
        break;
      case Samples::Outcome::kOpen:
        LeaveOpen(clause, fmt::format("too few samples to decide ({})", samples.Describe()));
        break;
    }
  }
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_STAMP_JUDGE_H_
