// Whom a wrong decision of the scan accuses, and of which term.

#include <fmt/core.h>

#include <cstdint>
#include <string>

#include "conformance/judge/white_box/retake.h"

namespace proctor::white_box {
namespace {

// Which term of SYS-2 alone was overlooked, where one was.
const char* TermOfTake(bool taken, bool has_work, int64_t spinning, int64_t idle, bool over_cap) {
  if (taken) {
    if (has_work || over_cap) return "";
    if (spinning > 0 && idle == 0) return ", and spinning threads were not counted";
    if (idle > 0 && spinning == 0) return ", and idle P were not counted";
    return "";
  }
  const bool nobody = spinning + idle == 0;
  if (has_work + over_cap + nobody != 1) return "";
  return has_work   ? ", and its own work was not looked at"
         : over_cap ? ", and how long the call lasts was not looked at"
                    : ", although nobody spins and no P is idle";
}

}  // namespace

using enum ClauseId;

void RetakeJudge::BlameRequest(int32_t p, const Readings& ticks, bool requested,
                               const std::string& message, const Event& event) {
  const int64_t now_ns = state_.duties_now_ns();
  const Kept& kept = kept_[static_cast<size_t>(p)];
  const Visit& visit = visits_[static_cast<size_t>(p)];
  const Sighting& sighting = kept.schedule;
  const bool just_seen = sighting.since_ns() == now_ns && !ticks.none();
  // It may have compared the ticks wrongly, or not at all.
  if (just_seen && requested && IsNarrow(sighting)) Violate(kSLICE_6, message, {event});
  if (IsWrapped(sighting)) {
    Violate(kSYS_10, message, {event});
    return Violate(!requested && kept.requested ? kSLICE_4 : kSLICE_3, message, {event});
  }
  if (!requested) {
    if (IsShortIn32Bits(now_ns - sighting.since_ns())) {
      Violate(kSLICE_6, message + ", as if the time was kept in 32 bits", {event});
    }
    return Violate(kept.requested ? kSLICE_4 : kSLICE_3, message, {event});
  }
  if (just_seen && visit.unmoved) {
    // The scan before came by with this tick, and had no reason to look at it.
    Violate(kSYS_10, message + "; before that the P was idle, and not to be stamped", {event});
  } else if (just_seen ||
             (sighting.before_ns() != 0 && sighting.before_ns() + tunables_.slice_ns <= now_ns)) {
    // Counted from the tick before, it would have been due: the time was not stamped anew.
    Violate(kSLICE_2, message, {event});
  }
  Violate(kSLICE_3, message, {event});
}

// What took so long is shorter than a slice in the lowest 32 bits, with a sign or without.
bool RetakeJudge::IsShortIn32Bits(int64_t elapsed_ns) const {
  return elapsed_ns > INT32_MAX && (static_cast<int32_t>(elapsed_ns) < tunables_.slice_ns ||
                                    static_cast<uint32_t>(elapsed_ns) < tunables_.slice_ns);
}

void RetakeJudge::BlameTake(int32_t p, const Visit& visit, bool fresh, bool expired,
                            const Event& event) {
  const int64_t now_ns = state_.duties_now_ns();
  const Kept& kept = kept_[static_cast<size_t>(p)];
  const Sighting& sighting = kept.syscall;
  const Readings& ticks = TickOf(visit.syscall_tick, p, &Processor::syscall_tick);
  const bool tried = visit.takes > 0;
  if (tried && fresh && !expired) {
    const int64_t change = ticks.last() ^ sighting.tick();
    const bool narrow = sighting.seen() && (change & 0xff) == 0;
    const bool wrapped =
        sighting.seen() && (ticks.last() < sighting.tick() || kept.ComparesByOrder(ticks.last()));
    const std::string message =
        fmt::format("P {} was taken from a system call seen for the first time: tick {}, {} before",
                    p, ticks.last(), sighting.tick());
    // It may have compared the ticks wrongly, or not at all.
    if (narrow) Violate(kSLICE_6, message, {event});
    if (!narrow && wrapped) Violate(kSYS_10, message, {event});
    Violate(kSYS_1, message, {event});
    return;
  }
  const bool over_cap = sighting.SinceLongerThan(tunables_.syscall_cap_ns, now_ns).yes;
  const bool empty = HasLocalWork(p, visit).no;
  const ClauseId clause = tried      ? kSYS_2
                          : fresh    ? kSYS_5
                          : !empty   ? kSYS_4
                          : over_cap ? kSYS_3
                                     : kSYS_2;
  const auto count = [&](const Zeroness& read, const Zeroness& before, Variable variable) {
    if (!read.none()) return static_cast<int64_t>(read.last);
    return before.none() ? state_.value(variable) : static_cast<int64_t>(before.last);
  };
  const int64_t spinning = count(visit.spinning, spinning_, Variable::kSpinningThreads);
  const int64_t idle = count(visit.idle, idle_, Variable::kIdleProcessors);
  const std::string message = fmt::format(
      "P {} in a system call was {}taken{}: work of its own: {}, {} spinning, {} idle, first seen "
      "{} ns ago, syscall_cap is {} ns{}",
      p, tried ? "" : "not ", TermOfTake(tried, !empty, spinning, idle, over_cap),
      empty ? "none" : "some", spinning, idle, now_ns - sighting.since_ns(),
      tunables_.syscall_cap_ns, expired ? ", its slice is over" : "");
  if (!tried && !fresh && IsWrapped(sighting)) {
    Violate(kSYS_10, message + "; its tick had wrapped", {event});
  }
  Violate(clause, message, {event});
}

}  // namespace proctor::white_box
