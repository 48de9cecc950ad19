// `proctor replay`: runs again what a bundle holds, and judges it.

#ifndef PROCTOR_CONFORMANCE_COMMAND_REPLAY_H_
#define PROCTOR_CONFORMANCE_COMMAND_REPLAY_H_

#include <string>

namespace proctor {

struct ReplayOptions {
  std::string program = "proctor";  // how the user started this program, for replay lines
  std::string bundle;               // a file
  std::string out;                  // folder for the report and the trace; empty: none
};

// Returns the exit status: 1 where the clause of the bundle is broken again. Thread safety: none;
// from the main thread only.
int Replay(const ReplayOptions& options);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_REPLAY_H_
