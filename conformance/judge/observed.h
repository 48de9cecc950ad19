// The judges of tier O: the monitor thread's system calls, seen from outside.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OBSERVED_H_
#define PROCTOR_CONFORMANCE_JUDGE_OBSERVED_H_

#include <memory>
#include <vector>

#include "conformance/judge/judge.h"

namespace proctor {

// Adds those that evidence with this header gives something to decide.
void AddObservedJudges(const Header& header, std::vector<std::unique_ptr<Judge>>& judges);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_OBSERVED_H_
