// Mutants of the timers that tasks set for their own: each deviates in one step from the timers of
// the reference, as tasks see them. A judge of the group TIME that does not notice them is worth
// nothing.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_TIMER_MUTANTS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_TIMER_MUTANTS_H_

#include <span>
#include <string_view>

#include "conformance/contract/contract.h"
#include "conformance/implementations/reference/run_timers.h"

namespace proctor {

struct TimerMutant {
  std::string_view name;      // in snake_case
  ClauseId clause;            // the one that must notice, by tier X
  std::string_view text;      // what it does, in one sentence
  std::string_view scenario;  // of the library, where it shows
  reference::MakeRunTimers make;
};

std::span<const TimerMutant> TimerMutants();

// nullptr: no such mutant.
const TimerMutant* FindTimerMutant(std::string_view name);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_TIMER_MUTANTS_H_
