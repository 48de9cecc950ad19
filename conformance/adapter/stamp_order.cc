#include "conformance/adapter/stamp_order.h"

#include <fmt/core.h>

#include "conformance/evidence/trace.h"

namespace proctor {
namespace {

constexpr size_t kTasksMost = 1'000'000;

}  // namespace

std::string StampOrder::Check(const Event& event, bool traced, int64_t started_ns, int64_t now_ns) {
  if (event.time_ns < started_ns || event.time_ns > now_ns) {
    return fmt::format("the adapter's times are not those of CLOCK_MONOTONIC: {}", Describe(event));
  }
  return traced ? CheckTrace(event) : CheckTask(event);
}

// Its order is what makes a trace worth something.
std::string StampOrder::CheckTrace(const Event& event) {
  if (event.time_ns < last_traced_ns_) {
    return fmt::format("the times of the adapter's trace go backwards: {}", Describe(event));
  }
  last_traced_ns_ = event.time_ns;
  return "";
}

std::string StampOrder::CheckTask(const Event& event) {
  // A timer fires beside the task that has set it.
  if (event.kind == EventKind::kCollection || event.kind == EventKind::kTimerExpired) return "";
  // Two tasks of one number go backwards somewhere or not, as chance has it.
  if (event.kind == EventKind::kTaskSpawn && WasGiven(event.Get(Arg::kTask))) {
    return fmt::format("the run does not match its scenario: {}: the number {} was given before",
                       Describe(event), event.Get(Arg::kTask));
  }
  const auto last = last_ns_.find(event.g);
  if (last == last_ns_.end()) {
    if (last_ns_.size() < kTasksMost) last_ns_.emplace(event.g, event.time_ns);
    return "";
  }
  if (event.time_ns < last->second) {
    return fmt::format(
        "the adapter's times go backwards: {} comes {} ns before the task's last stamp",
        Describe(event), last->second - event.time_ns);
  }
  last->second = event.time_ns;
  if (event.kind == EventKind::kTaskEnd) last_ns_.erase(last);
  return "";
}

bool StampOrder::WasGiven(int64_t number) {
  if (number < 0 || number >= static_cast<int64_t>(kTasksMost)) return false;
  const auto at = static_cast<size_t>(number);
  if (at >= given_.size()) given_.resize(at + 1);
  const bool before = given_[at];
  given_[at] = true;
  return before;
}

}  // namespace proctor
