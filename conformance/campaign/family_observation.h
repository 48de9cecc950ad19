// The observation of a family: of a command and all processes that it starts, what the monitor of
// each did and what the judges say of it by tier O.
//
// Errors: one line each. Thread safety: one at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_FAMILY_OBSERVATION_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_FAMILY_OBSERVATION_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/campaign/listener.h"
#include "conformance/campaign/observation.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/contract/profile.h"
#include "conformance/judge/verdict.h"

namespace proctor {

// The Go runtime in a process of the family.
struct ObservedRuntime {
  std::string version;  // empty: it does not say
  Profile profile = kDefaultProfile;
  std::optional<int64_t> sleeps;  // of its monitor; nullopt: it ended before that slept
  int64_t kept = 0;               // clauses, by its monitor
  std::vector<Ruling> broken;     // the others that the evidence decides
  std::string error;              // why its monitor was not graded; empty: it was, or did not sleep
};

// One program in a process: an exec begins another one.
struct ObservedProcess {
  pid_t process = 0;
  std::string program;  // the name of its file
  int64_t ran_ns = 0;
  bool has_ended = false;  // false: it outlived the observation
  // Or 128 + the signal; nullopt though it has ended: another program's exec ended it.
  std::optional<int> status;
  std::optional<ObservedRuntime> runtime;  // nullopt: it holds none
};

struct FamilyObservation {
  std::vector<ObservedProcess> processes;  // in the order of their starts
  int64_t left_out = 0;                    // processes that are not among them
  std::optional<int> command_status;       // of a command that ended by itself: 128 + the signal
};

// Watches the command of the request, as ObserveProcess does. The folder gets the trace of each
// monitor, traces/process_PID_N.jsonl. nullopt: nothing was watched, `error` says why.
std::optional<FamilyObservation> ObserveFamily(const ObservationRequest& request,
                                               const OutputFolder& folder, Listener& listener,
                                               std::string& error);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_FAMILY_OBSERVATION_H_
