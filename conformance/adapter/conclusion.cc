#include "conformance/adapter/conclusion.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "conformance/adapter/coarse_clock.h"
#include "conformance/adapter/deadlock_report.h"
#include "conformance/adapter/event_merger.h"
#include "conformance/adapter/scenario_replay.h"
#include "conformance/debug_information/inspector.h"
#include "conformance/observer/observer.h"

namespace proctor {
namespace {

// A deadlock was reported: the scenario says so, or it comes of a task that the runtime lost, which
// is for the judges, or the scenario is wrong.
void ExplainDeadlock(const Scenario& scenario, Run& run) {
  const Standstill stand = StandstillOf(scenario, run.events);
  const bool is_meant = scenario.ending == Ending::kDeadlock;
  if (!is_meant) run.note = "the runtime reported: " + DeadlockReportIn(run.standard_error);
  if (!stand.can_go_on.empty()) {
    const auto report = std::ranges::find(run.events, EventKind::kDeadlockReport, &Event::kind);
    Event event = MakeEvent(report->time_ns, EventKind::kCanGoOn);
    event.g = stand.can_go_on.front();
    run.events.insert(report + 1, event);
  } else if (stand.for_others == 0 && !is_meant) {
    run.outcome = Outcome::kError;
    run.message = fmt::format(
        "the scenario ends in a deadlock: all {} tasks that are left wait for each "
        "other; if that is meant, say \"ends\":\"deadlock\" in it",
        stand.for_each_other);
  }
}

}  // namespace

void FillHeader(const Scenario& scenario, Stamps stamps, bool observed, Run& run) {
  Header& header = run.header;
  header.maker = observed ? "observer+adapter" : "adapter";
  header.implementation = run.handshake.name;
  header.version = run.handshake.version;
  header.tiers = observed ? kO | kX : kX;
  header.profile = ProfileOfVersion(header.version);
  header.from_start = true;
  header.promises = run.handshake.promises;
  header.emits = AdapterEvidence(stamps);
  if (observed) header.emits |= Observer::Emits() | KindSet({EventKind::kCpuRead});
  header.scenario = scenario.name;
  header.seed = scenario.seed;
  // No number of them holds for the whole run.
  if (ChangesProcs(scenario)) header.in_force.procs = 0;
  header.asked = scenario.Asked();
  // What the adapter cannot set is what the runtime is, and nobody asked for anything else.
  for (const TunableField& field : TunableFields()) {
    if (run.handshake.settable.contains(std::string(field.name))) continue;
    header.asked.*field.member = run.handshake.in_force.*field.member;
  }
}

// A scenario that does not end may have come to that by what the adapter did instead.
void HoldAgainstScenario(const Scenario& scenario, bool done, bool deadlocked, Run& run) {
  const bool is_complete = std::ranges::none_of(
      run.events, [](const Event& event) { return event.kind == EventKind::kGap; });
  const bool is_open = run.outcome == Outcome::kDone || run.outcome == Outcome::kTimeout;
  if (!is_open || !is_complete) return;
  std::string mismatch = FindCoarseClock(run.events);
  if (mismatch.empty()) mismatch = FindMismatch(scenario, run.events, done);
  if (!mismatch.empty()) {
    run.outcome = Outcome::kError;
    run.message = mismatch;
    return;
  }
  if (deadlocked) ExplainDeadlock(scenario, run);
}

void TakeTrace(const std::vector<Event>& trace, Run& run) {
  EventMerger merger;
  for (const Event& event : trace) merger.Add(event);
  for (const Event& event : run.events) {
    if (HarnessMakes(event.kind) || event.kind == EventKind::kCollection) merger.Add(event);
  }
  run.trace = merger.Take();
  run.trace_header = run.header;
  run.trace_header.maker = "adapter";
  run.trace_header.tiers = kT;
  run.trace_header.emits = run.handshake.emits;
  run.trace_header.emits.set(static_cast<size_t>(EventKind::kCollection));
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    if (HarnessMakes(static_cast<EventKind>(kind))) run.trace_header.emits.set(kind);
  }
}

void TakeInspected(std::vector<Event> inspected, Run& run) {
  run.inspected = std::move(inspected);
  if (run.inspected.empty()) return;
  run.inspected_header = run.header;
  run.inspected_header.maker = "inspector";
  run.inspected_header.tiers = kD;
  run.inspected_header.from_start = false;
  run.inspected_header.emits = Observer::Emits() | Inspector::Emits();
}

}  // namespace proctor
