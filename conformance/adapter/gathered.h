// What an adapter gathers itself while a scenario runs that it is not to stamp in full: a ledger of
// what was begun and done, how long each kind of operation took beyond what it was asked for, and
// who made no progress for longest. PROTOCOL.md has its form.
//
// Thread safety: plain values and functions.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_GATHERED_H_
#define PROCTOR_CONFORMANCE_ADAPTER_GATHERED_H_

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "conformance/evidence/event.h"
#include "conformance/scenario/scenario.h"
#include "conformance/statistics/histogram.h"

namespace proctor {

class JsonObject;

struct Ledger {
  int64_t spawned = 0;  // runs of tasks
  int64_t ended = 0;
  int64_t bytes = 0;           // allocated
  int64_t calls = 0;           // short system calls
  int64_t left = 0;            // messages in channels at the end
  int64_t timers_set = 0;      // how often, resets included
  int64_t timers_stopped = 0;  // before they fired, to reset them included
  int64_t timers_fired = 0;
  std::array<int64_t, kOps> begun{};  // operations, by Op
  std::array<int64_t, kOps> done{};

  int64_t operations() const;  // done, of all kinds
};

struct Gathered {
  Ledger ledger;
  // By the operation's name, how long it took beyond its duration_ns; "spawn_to_start" is how long
  // a task that was made runnable had to wait.
  std::map<std::string, Histogram> spans;
  int64_t still_ns = 0;  // the longest time that a task which computes made no progress
  int64_t still_g = 0;   // which one; 0: none computed
};

// The same spans of a scenario of which everything was stamped, by its stamps in the order of their
// times. What they cost is in them. Two more come from what the harness and the runtime do: in
// "ready_to_end" how long a task waited on after its descriptor had become ready, where there is
// only one; in "collection" how much later than `forcegc_period_ns`, where the scenario asks for
// one, a collection followed the last.
std::map<std::string, Histogram> SpansOf(const Scenario& scenario, std::span<const Event> stamps);

// Throws a JsonError (json.h). `object` is the member "gathered".
Gathered ReadGathered(JsonObject& object);

// What is lost, or happened twice: "receive: 10 begun, 9 done". Empty: the ledger balances, and is
// what the scenario asks for as far as its text says how often each operation happens.
std::string FindImbalance(const Scenario& scenario, const Ledger& ledger);

// The same of timers: each time that one was set it fired or was stopped before.
std::string FindTimerImbalance(const Ledger& ledger);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_GATHERED_H_
