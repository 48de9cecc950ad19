// A virtual run: one monitor through many worlds in virtual time, judged as they run. First the
// library of named scenarios, then the small worlds with every schedule, random worlds, and those
// at the borders of the contract; what violates a clause is shrunk to a minimal scenario.
//
// The same options give the same result, whatever the number of threads. A monitor that never
// sleeps or never comes back ends its run.
//
// Thread safety: one run at a time; it starts threads of its own and has joined them when it
// returns. The monitor must keep its state on its stack, or `threads` must be 1.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_VIRTUAL_RUN_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_VIRTUAL_RUN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/campaign/bundle.h"
#include "conformance/campaign/subject.h"
#include "conformance/judge/verdict.h"
#include "conformance/world/world.h"

namespace proctor {

// More random worlds than anybody waits for.
inline constexpr int64_t kWorldsMost = 10'000'000;

struct VirtualOptions {
  Profile profile = kDefaultProfile;
  uint64_t seed = 1;
  int64_t random_worlds = 2'000;
  bool border_worlds = true;  // those of border_worlds.h, too; a month takes half a second
  // In a small world the first `schedules_most` schedules are tried of those that differ from the
  // usual one in at most `unusual_most` choices. A late step is two choices: that it is, and until
  // when.
  int32_t unusual_most = 2;
  int64_t schedules_most = 1'000'000;
  int32_t threads = 1;
  std::vector<Scenario> scenarios;         // not empty: only these, from the seeds they have
  std::vector<ClauseId> clauses;           // not empty: only these are judged
  std::optional<ClauseId> until_violated;  // a violation of that clause ends the run
  bool until_any_finding = false;          // any violation or misbehaviour ends the run
  // Shrinks what violates a clause to a minimal scenario; that of `until_violated` is left as
  // found.
  bool shrink = true;
  // Called from time to time, on any of the threads, with what has been done of what there is to
  // do. False ends the run early.
  std::function<bool(int64_t done, int64_t all)> progress;
};

// What violates a clause, with the run that shows it.
struct Counterexample {
  Ruling ruling;
  Bundle bundle;
};

struct VirtualResult {
  std::map<ClauseId, Ruling> rulings;  // of tier V; those violated with the minimal evidence
  std::map<ClauseId, Bundle> bundles;  // for each clause violated
  std::optional<Counterexample>
      misbehaviour;  // the monitor crashed, never slept, misused the port ...
  int64_t worlds = 0;
  int64_t schedules = 0;  // of small worlds
  int64_t cycles = 0;
  int64_t events = 0;
  int64_t virtual_ns = 0;
  bool whole = true;  // false: it was ended early
};

VirtualResult RunVirtually(const Subject& subject, const VirtualOptions& options);

// What a run says against the monitor itself: that it crashed, never slept, misused the port ...
// The ruling's clause means nothing. nullopt: nothing.
std::optional<Ruling> MisbehaviourOf(const WorldRun& run);

// One run, judged. `sink` sees the events, too, where it is not NULL.
struct WorldCheck {
  WorldRun run;
  std::vector<Ruling> rulings;
};
WorldCheck RunBundle(const Subject& subject, const Bundle& bundle, EventSink* sink = nullptr);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_VIRTUAL_RUN_H_
