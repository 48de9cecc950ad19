// `proctor observe`: watches the monitor of any process from outside, and reports.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_OBSERVE_H_
#define PROCTOR_CONFORMANCE_COMMAND_OBSERVE_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/contract/profile.h"
#include "conformance/process/stop_request.h"

namespace proctor {

// Said where no clause was decided; nobody asked for one, so the exit status stays what it is.
inline constexpr char kNothingDecided[] =
    "nothing was decided: the monitor did too little in this time; observe it for longer (--for)";

struct ObserveOptions {
  std::string program = "proctor";   // how the user started this program, for replay lines
  pid_t pid = 0;                     // attach to this process, or
  std::vector<std::string> command;  // start this one
  int64_t for_ms = 10'000;
  bool follow_children = false;    // one row for each process that the command starts
  std::string out;                 // folder for the report; empty: none
  std::optional<Profile> profile;  // else the default
};

// Returns the exit status. A process that was there before goes on untraced; a command that was
// started here and outlives the time is asked to end by SIGTERM, and ended by SIGKILL 5 s later.
int Observe(const ObserveOptions& options, StopRequest& stop);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_OBSERVE_H_
