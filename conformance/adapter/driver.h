// The driver: runs one scenario on one implementation and brings back the evidence.
//
// Every run is a fresh process. The adapter's stamps, the harness's own events (descriptors made
// ready, the process stopped, a canary's stalls) and, where asked for, the observer's events of the
// monitor thread are merged by time into one piece of evidence; all of them are stamped on
// CLOCK_MONOTONIC.
//
// PROTOCOL.md beside this file describes what an adapter says and hears.
//
// Errors: a run never throws and never hangs; whatever the adapter does ends in an Outcome and one
// line. What was gathered until then is kept. No process is left behind.
//
// Thread safety: none; one thread at a time.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_DRIVER_H_
#define PROCTOR_CONFORMANCE_ADAPTER_DRIVER_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/adapter/protocol.h"
#include "conformance/debug_information/layout.h"
#include "conformance/evidence/event.h"
#include "conformance/evidence/header.h"
#include "conformance/observer/monitor_identity.h"
#include "conformance/process/stop_request.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

enum class Outcome {
  kDone,  // the scenario ended as it was meant to, or by a deadlock that the runtime reported
  kUnsupported,  // it needs an operation or a tunable that the adapter declares absent
  kCrash,        // the process ended before it was asked to
  kTimeout,  // the scenario's budget passed; the process was made to dump its stacks, then killed
  kError,    // the adapter broke the protocol, did not do what the scenario asks for, or could not
             // be started: nothing of the run is to be believed
  kStopped,  // RunOptions::stop was made: the run was cut short
};

struct Run {
  Outcome outcome = Outcome::kError;
  std::string message;  // one line; empty for kDone
  std::string note;     // one line that the scenario's author must see; empty: none
  std::string
      observer_error;  // error there is no observed evidence although it was asked for; else empty
  std::string standard_error;  // and output: the beginning and the end of what the process wrote
  bool greeted = false;        // it said who it is: `handshake` holds
  Handshake handshake;
  Header header;                     // tiers: kX, and kO where the observer succeeded
  std::vector<Event> events;         // by time
  std::optional<Gathered> gathered;  // by the adapter, where not everything was stamped
  // What was read of the runtime's variables, for tier kD; empty where it was not asked for, or
  // could not be read: then `inspection_error` says why.
  Header inspected_header;
  std::vector<Event> inspected;
  std::string inspection_error;
  // What the runtime itself traced, for tier kT; empty where it was not asked to, or cannot.
  Header trace_header;
  std::vector<Event> trace;
};

struct RunOptions {
  std::vector<std::string> argv;     // the adapter
  std::vector<std::string> set_env;  // "NAME=value", on top of the environment
  bool observe = true;
  // Where the variables of the adapter's runtime are; null: they are not read.
  std::shared_ptr<const Layout> layout = nullptr;
  bool greet_only = false;  // hears who the adapter is, and sends no scenario
  // Sends the scenario in pieces, and with a member that no adapter knows: both must be taken.
  bool hard_to_read = false;
  bool trace = false;                 // has the runtime trace itself
  int64_t handshake_ms = 20'000;      // an adapter that is silent for longer is given up
  int64_t exit_ms = 20'000;           // one that has no more to say and does not end is killed
  const StopRequest* stop = nullptr;  // ends the run at once when it is made
  // Called with the process's id once it runs, and with 0 before it is gone. What it starts may
  // disturb the process meanwhile. Empty: nothing.
  std::function<void(pid_t)> on_process;
};

// What the adapter says of its monitor.
inline MonitorDeclaration DeclarationOf(const Handshake& handshake) {
  using By = MonitorDeclaration::By;
  return {.by = handshake.has_monitor ? By::kAdapter : By::kAdapterNone,
          .thread = handshake.monitor_thread,
          .sleep_ns = handshake.monitor_sleep_ns};
}

Run RunScenario(const RunOptions& options, const Scenario& scenario);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_DRIVER_H_
