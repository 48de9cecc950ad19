#include "conformance/adapter/coarse_clock.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "conformance/adapter/protocol.h"

namespace proctor {
namespace {

constexpr int64_t kStepNs = 100'000;  // no clock that is fine goes in longer ones
// What a few stamps show may be chance.
constexpr size_t kSameLeast = 16;
constexpr size_t kStepsLeast = 8;
// A clock that is disciplined goes a little faster or slower.
constexpr int64_t kDeviationShare = 20;

// An adapter may read its clock once for two stamps, and all its operations may be long: then the
// steps are long too, but no multiples of one.
bool IsMultiple(int64_t time_ns, int64_t step_ns) {
  const int64_t rest_ns = time_ns % step_ns;
  return std::min(rest_ns, step_ns - rest_ns) <= step_ns / kDeviationShare;
}

}  // namespace

std::string FindCoarseClock(std::span<const Event> events) {
  std::vector<int64_t> steps_ns;
  size_t same = 0;
  std::optional<int64_t> last_ns;
  for (const Event& event : events) {
    if (!AdapterMakes(event.kind)) continue;
    const std::optional<int64_t> before_ns = std::exchange(last_ns, event.time_ns);
    if (!before_ns) continue;
    if (event.time_ns == *before_ns) {
      ++same;
    } else if (event.time_ns - *before_ns >= kStepNs) {
      steps_ns.push_back(event.time_ns - *before_ns);
    } else {
      return "";
    }
  }
  if (same < kSameLeast || steps_ns.size() < kStepsLeast) return "";
  const int64_t least_ns = *std::ranges::min_element(steps_ns);
  const bool coarse =
      std::ranges::all_of(steps_ns, [&](int64_t step_ns) { return IsMultiple(step_ns, least_ns); });
  if (!coarse) return "";
  return fmt::format(
      "the adapter's clock goes in steps of {} ns; stamps are to be taken from CLOCK_MONOTONIC in "
      "nanoseconds, not from a coarse one",
      least_ns);
}

}  // namespace proctor
