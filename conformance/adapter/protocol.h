// What an adapter says, line by line (PROTOCOL.md).

#ifndef PROCTOR_CONFORMANCE_ADAPTER_PROTOCOL_H_
#define PROCTOR_CONFORMANCE_ADAPTER_PROTOCOL_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "conformance/adapter/driver.h"
#include "conformance/contract/tunables.h"
#include "conformance/evidence/event.h"

namespace proctor {

inline constexpr std::string_view kAdapterSchema = "proctor-adapter/1";

// The numbers under which an adapter inherits its descriptors.
inline constexpr int kAdapterInput = 3;
inline constexpr int kAdapterOutput = 4;
inline constexpr int kAdapterFirstDescriptor = 10;

// Enough of what a process wrote to recognise it, fit for a terminal.
std::string Excerpt(std::string_view line);

// nullopt: `why` says what is wrong, in one line.
std::optional<Handshake> ParseHandshake(std::string_view line, std::string& why);

// The end of a scenario: the tunables that were in force.
struct Done {
  Tunables in_force;
};

// Set to 1 in the environment of an adapter whose runtime is to trace itself.
inline constexpr char kTraceVariable[] = "PROCTOR_TRACE";

// An event or the end; nullopt: `why`.
std::optional<std::variant<Event, Done>> ParseReply(std::string_view line, std::string& why);

// Why the adapter cannot run the scenario ("the adapter declares no operation 'wait'"); empty: it
// can.
std::string FindUnsupported(const Handshake& handshake, const Scenario& scenario);

// Whether an adapter may make such events: the stamps of a scenario.
bool AdapterMakes(EventKind kind);

// The kinds of events in the evidence of an adapter's run: what it makes itself, and the harness
// around it.
EventKinds AdapterEvidence();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_PROTOCOL_H_
