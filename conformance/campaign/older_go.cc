#include "conformance/campaign/older_go.h"

#include <fmt/core.h>

#include <charconv>

namespace proctor {
namespace {

struct Change {
  int minor;  // go1.MINOR is the first release with the design that the clause asks for
  ClauseId clause;
  Tier tier;
  const char* before;
};

// By the sources of go1.13.15 and go1.15.15 (runtime/proc.go, sysmon).
constexpr Change kChanges[] = {
    {14, ClauseId::kDEEP_4, kO,
     "timers had a thread of their own, and no deep sleep ended for one"},
    {14, ClauseId::kPOLL_1, kO,
     "no thread waited in the poller while only timers were pending, so the monitor polled"},
    {14, ClauseId::kGC_1, kX, "a loop that calls nothing kept a collection waiting"},
    {14, ClauseId::kGC_5, kX, "a loop that calls nothing kept a collection waiting"},
    {14, ClauseId::kDEEP_7, kO, "a timer's wait was a system call, whose end woke the monitor"},
    {16, ClauseId::kCAD_5, kO, "every deep sleep began the cadence afresh"},
    {16, ClauseId::kCAD_6, kO, "every deep sleep began the cadence afresh"},
    {16, ClauseId::kCAD_7, kO, "every deep sleep began the cadence afresh"},
};
// The state map was read against this release and later ones.
constexpr int kFirstInspectedMinor = 17;

}  // namespace

std::string WhyOlderGoDidNotPromise(std::string_view version, ClauseId clause, Tier tier) {
  constexpr std::string_view kPrefix = "go1.";
  if (!version.starts_with(kPrefix)) return "";
  version.remove_prefix(kPrefix.size());
  int minor = 0;
  if (std::from_chars(version.data(), version.data() + version.size(), minor).ec != std::errc()) {
    return "";
  }
  if (tier == kD && minor < kFirstInspectedMinor) {
    return fmt::format("what its variables mean is known from go1.{} on", kFirstInspectedMinor);
  }
  for (const Change& change : kChanges) {
    if (minor < change.minor && clause == change.clause && tier == change.tier) {
      return fmt::format("before go1.{} {}", change.minor, change.before);
    }
  }
  return "";
}

}  // namespace proctor
