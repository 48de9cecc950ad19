// `proctor replay`: runs again what a bundle holds, and judges it.

#ifndef PROCTOR_CONFORMANCE_COMMAND_REPLAY_H_
#define PROCTOR_CONFORMANCE_COMMAND_REPLAY_H_

#include <string>

namespace proctor {

struct ReplayOptions {
  std::string bundle;  // a file
  std::string out;     // folder for the report and the trace; empty: none
};

// Returns the exit status: 1 where the clause of the bundle is broken again.
int Replay(const ReplayOptions& options);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_REPLAY_H_
