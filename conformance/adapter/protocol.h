// What an adapter says, line by line (PROTOCOL.md).
//
// Errors: one line each. Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_PROTOCOL_H_
#define PROCTOR_CONFORMANCE_ADAPTER_PROTOCOL_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "conformance/adapter/gathered.h"
#include "conformance/contract/promises.h"
#include "conformance/contract/tunables.h"
#include "conformance/evidence/event.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

inline constexpr std::string_view kAdapterSchema = "proctor-adapter/2";
inline constexpr std::string_view kOldAdapterSchema = "proctor-adapter/1";  // stamps everything

// The numbers under which an adapter inherits its descriptors.
inline constexpr int kAdapterInput = 3;
inline constexpr int kAdapterOutput = 4;
inline constexpr int kAdapterFirstDescriptor = 10;

// Enough of what a process wrote to recognise it, fit for a terminal.
std::string Excerpt(std::string_view line);

// What an adapter says of itself before its first scenario.
struct Handshake {
  std::string name;                  // "go"
  std::string version;               // "go1.19.8"
  std::set<std::string> operations;  // "spin", "block", ...
  std::set<std::string> settable;    // the tunables that a scenario may ask for
  std::set<Stamps> stamps;           // what a scenario may ask to be stamped; kAll among them
  Tunables in_force;                 // as the process came up
  EventKinds emits;                  // what its trace holds, when it is asked for one
  bool has_monitor = true;           // false: it says that its runtime has none
  std::string monitor_thread;        // the name of the monitor's thread; empty: it does not say
  // The sleep by which its thread is known otherwise, ten times in a row.
  int64_t monitor_sleep_ns = Tunables().shallow_min_ns;
  Promises promises;
  std::string state_map;                 // the path of its runtime's state map; empty: none
  std::vector<std::string> environment;  // the variables that reach its runtime
  std::set<std::string> ignored;         // members that are unknown here
};

// nullopt: `error` says what is wrong, in one line.
std::optional<Handshake> ParseHandshake(std::string_view line, std::string& error);

// The end of a scenario: the tunables that were in force.
struct Done {
  Tunables in_force;
  std::optional<Gathered> gathered;  // where not everything was stamped
};

// Set to 1 in the environment of an adapter whose runtime is to trace itself.
inline constexpr char kTraceVariable[] = "PROCTOR_TRACE";

// An event or the end; nullopt: `error`.
std::optional<std::variant<Event, Done>> ParseReply(std::string_view line, std::string& error);

// Why the adapter cannot run the scenario ("go 1.2 has no operation wait"); empty: it can. What is
// in force already need not be settable.
std::string FindUnsupported(const Handshake& handshake, const Scenario& scenario);

// What of the tunables asked for was not in force although the adapter ran the scenario: "procs 1
// was asked for, and 2 was in force". Empty: nothing.
std::string FindNotInForce(const Scenario& scenario, const Tunables& in_force);

// The same, and whether what was not stamped, by the level that the adapter got, was gathered.
std::string FindWrongEnd(const Scenario& scenario, Stamps stamps, const Done& done);

// Whether an adapter may make such events: the stamps of a scenario.
bool AdapterMakes(EventKind kind);
bool AdapterMakes(EventKind kind, Stamps stamps);

// The kinds of events in the evidence of an adapter's run: what it makes itself, and the harness
// around it.
EventKinds AdapterEvidence(Stamps stamps = Stamps::kAll);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_PROTOCOL_H_
