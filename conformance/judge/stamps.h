// The judges of tier X: time stamps taken by the tasks of a scenario, and what the harness saw
// around them.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_JUDGE_STAMPS_H_
#define PROCTOR_CONFORMANCE_JUDGE_STAMPS_H_

#include <memory>
#include <vector>

#include "conformance/judge/judge.h"

namespace proctor {

// Adds those that evidence with this header gives something to decide.
void AddStampJudges(const Header& header, std::vector<std::unique_ptr<Judge>>& judges);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_STAMPS_H_
