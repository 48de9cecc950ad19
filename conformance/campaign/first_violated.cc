#include "conformance/campaign/first_violated.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "conformance/campaign/small_worlds.h"
#include "conformance/campaign/virtual_run.h"
#include "conformance/judge/panel.h"
#include "conformance/world/world.h"

namespace proctor {
namespace {

// How far into its first failing world a monitor is looked at; 60 bytes an event.
constexpr size_t kEventsKeptMost = 3'000'000;

class Recording : public EventSink {
 public:
  void Observe(const Event& event) override {
    if (event.kind == EventKind::kMonitorStart) monitor_ = event.m;
    if (events.size() == kEventsKeptMost) return;
    events.push_back(event);
    if (event.kind == EventKind::kShallowSleep && event.m == monitor_) {
      cycles.push_back(events.size());
    }
  }

  std::vector<Event> events;
  std::vector<size_t> cycles;  // how many events there are up to the end of each

 private:
  int32_t monitor_ = -1;
};

std::set<ClauseId> ViolatedBy(const Header& header, std::span<const Event> events) {
  Panel panel(header);
  for (const Event& event : events) panel.Observe(event);
  std::set<ClauseId> violated;
  for (const Ruling& ruling : panel.Close()) {
    if (ruling.verdict == Verdict::kViolates) violated.insert(ruling.clause);
  }
  return violated;
}

}  // namespace

std::set<ClauseId> FirstViolated(const Subject& subject, Profile profile) {
  const VirtualResult result =
      RunVirtually(subject, {.profile = profile, .until_any_finding = true, .shrink = false});
  if (result.bundles.empty()) return {};
  const Bundle& bundle = result.bundles.begin()->second;  // one world, so that all are of it
  Recording recording;
  RunBundle(subject, bundle, &recording);
  WorldOptions options = {.profile = bundle.profile, .deviation = subject.deviation};
  if (bundle.choices) options.knobs = SmallWorldKnobs(bundle.scenario);
  const Header header = WorldHeader(*subject.implementation, bundle.scenario, options);
  recording.cycles.push_back(recording.events.size());
  // A violation stays one, whatever comes later: the shortest beginning that shows one is found by
  // halving.
  size_t low = 0;
  size_t high = recording.cycles.size() - 1;
  const std::span<const Event> events = recording.events;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (ViolatedBy(header, events.first(recording.cycles[middle])).empty()) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return ViolatedBy(header, events.first(recording.cycles[low]));
}

}  // namespace proctor
