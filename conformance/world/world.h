// The virtual world: a scheduler with processors, threads and tasks, a poller, a collector and a
// clock of its own, around a monitor that plugs in through the port. It runs a scenario and traces
// everything that happens as events, in no more time than computing them takes.
//
// The monitor runs on a stack of its own. Inside each of its calls other threads may act, as the
// scenario's seed decides. The same scenario, options and monitor give the same events, byte for
// byte, in every build.
//
// Memory is bounded by the scenario, whatever the time that passes in it.
//
// Errors: whatever the monitor does ends in a WorldRun; it never throws.
//
// Thread safety: one run per thread at a time. A run catches the signals of crashing monitor code
// (SIGSEGV and the like) and uses a timer on the thread's CPU time with the signal SIGPROF.

#ifndef PROCTOR_CONFORMANCE_WORLD_WORLD_H_
#define PROCTOR_CONFORMANCE_WORLD_WORLD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/contract/profile.h"
#include "conformance/evidence/event.h"
#include "conformance/evidence/header.h"
#include "conformance/port/port.h"
#include "conformance/scenario/scenario.h"
#include "conformance/world/choices.h"
#include "conformance/world/deviation.h"
#include "conformance/world/knobs.h"

namespace proctor {

// Gets every event as it happens, on the monitor's stack: it needs to be quick and must not throw.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void Observe(const Event& event) = 0;
};

enum class WorldEnd {
  kDone,             // all tasks ended, and the process after them
  kDeadlock,         // the runtime reported a deadlock
  kNobodyLeft,       // it reported that main is gone and nobody left
  kDied,             // the knob for a fatal error
  kInternalError,    // the runtime found itself inconsistent
  kBudget,           // the scenario's budget of virtual time, or the events allowed, were used up
  kPortMisuse,       // the monitor called the port wrongly
  kReturned,         // the monitor returned early
  kNeverSleeps,      // it calls and calls without sleeping
  kNeverComesBack,   // it computes without calling
  kCrash,            // a signal or an exception ended it
  kVersionMismatch,  // it was compiled with another version of the port
};

std::string_view WorldEndName(WorldEnd end);  // "never_comes_back"
// Whether the monitor itself is to blame for that end.
bool BlamesMonitor(WorldEnd end);

struct WorldRun {
  WorldEnd end = WorldEnd::kDone;
  std::string message;  // one line that names call or signal; empty for the ends that are no errors
  int64_t virtual_ns = 0;  // how much time passed in the world
  int64_t cycles = 0;      // shallow sleeps of the monitor
  int64_t events = 0;
};

struct WorldOptions {
  Profile profile = kDefaultProfile;
  std::optional<Knobs> knobs;              // otherwise drawn from the scenario's seed
  Deviation deviation = Deviation::kNone;  // a fault of the world's own, for testing the judges
  ChoicePath* choices = nullptr;           // otherwise drawn from the scenario's seed
  int64_t events_most = 1'000'000'000;  // a run that has made more is ended: its budget is used up
};

// What the events of such a run are: to be handed to judges and trace writers before them.
Header WorldHeader(const proctor_implementation& implementation, const Scenario& scenario,
                   const WorldOptions& options);

// The scenario must be valid.
WorldRun RunWorld(const proctor_implementation& implementation, const Scenario& scenario,
                  const WorldOptions& options, EventSink& sink);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_WORLD_H_
