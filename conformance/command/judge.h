// `proctor judge`: grades stored evidence, without a run.

#ifndef PROCTOR_CONFORMANCE_COMMAND_JUDGE_H_
#define PROCTOR_CONFORMANCE_COMMAND_JUDGE_H_

#include <optional>
#include <string>

#include "conformance/contract/profile.h"

namespace proctor {

struct JudgeOptions {
  std::string trace;               // a trace file
  std::string out;                 // folder for the report; empty: none
  std::optional<Profile> profile;  // else the trace's own
};

// Returns the exit status. A trace that is broken somewhere is graded up to there, and the status
// is that of a failure. Thread safety: none; from the main thread only.
int JudgeStored(const JudgeOptions& options);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_JUDGE_H_
