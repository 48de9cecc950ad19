// An observation: a process watched from outside for a time, what was seen of its monitor, and what
// the judges say of that by tiers O and D.
//
//   request -> ObserveProcess -> what was seen -> GradeObservation -> results
//
// Errors: one line each. Thread safety: one at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_OBSERVATION_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_OBSERVATION_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/campaign/listener.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/contract/profile.h"
#include "conformance/evidence/event.h"
#include "conformance/evidence/header.h"
#include "conformance/report/results.h"

namespace proctor {

struct ObservationRequest {
  std::string program = "proctor";   // how the user started this program, for replay lines
  pid_t pid = 0;                     // attach to this process, or
  std::vector<std::string> command;  // start this one
  int64_t for_ms = 10'000;
  std::optional<Profile> profile;  // else that of the runtime's version
};

// What was seen of one process.
struct ProcessObservation {
  Header header;                      // of the events; without tiers there is nothing to grade
  std::vector<Event> events;          // of the monitor and of the machine
  std::vector<Event> inspected;       // of tier D; empty: there is none
  std::string picture;                // for people: whose monitor it is, its cadence, what the
                                      // scheduler did; empty: not even a thread that ticks was seen
  std::optional<int> command_status;  // of a command that ended by itself: 128 + the signal
};

// Watches until the process has ended, the time is up, or the listener has asked to stop. A process
// that was there before goes on untraced; a command that outlives the time is ended
// (watched_command.h). nullopt: nothing was watched, `error` says why.
std::optional<ProcessObservation> ObserveProcess(const ObservationRequest& request,
                                                 Listener& listener, std::string& error);

struct GradedObservation {
  std::optional<Results> results;   // nullopt: nothing was graded
  std::vector<std::string> errors;  // a line each, for the user
};

// Stores the evidence in the folder and grades what stands there. `program` as in the request.
GradedObservation GradeObservation(const ProcessObservation& observation,
                                   const std::string& program, const OutputFolder& folder);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_OBSERVATION_H_
