// What the monitor keeps of a P's tick: which one it saw, and since when.
//
// Which one it saw is mostly known. Where the tick changed between two looks it may have kept
// either, so there are alternatives; what it does later rules some of them out.
//
// Thread safety: plain values.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_SIGHTING_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_SIGHTING_H_

#include <cstdint>

#include "conformance/judge/white_box/maybe.h"
#include "conformance/judge/white_box/readings.h"

namespace proctor::white_box {

class Sighting {
 public:
  // The monitor saw `ticks` at `now_ns`: a tick that it had not seen before is kept with the time.
  // Whether it looked (or kept it) at all may not be known.
  void See(const Readings& ticks, int64_t now_ns, Maybe looked) {
    if (IsPlain(ticks) && !looked.no && places_[0].seen && ticks.last() == places_[0].tick) return;
    SeeAny(ticks, now_ns, looked);
  }
  // What the monitor did shows whether the tick `ticks` was old, in the sense of IsOld:
  // alternatives that disagree are left out.
  void Learn(bool old, const Readings& ticks, int64_t age_ns, int64_t now_ns);

  // The tick is one that it had not seen.
  Maybe IsFresh(const Readings& ticks) const {
    if (!IsPlain(ticks)) return IsAnyFresh(ticks);
    return Maybe::Surely(!places_[0].seen || ticks.last() != places_[0].tick);
  }
  // The tick is the one seen, and has been for at least `age_ns`.
  Maybe IsOld(const Readings& ticks, int64_t age_ns, int64_t now_ns) const {
    if (!IsPlain(ticks)) return IsAnyOld(ticks, age_ns, now_ns);
    const Place& place = places_[0];
    return Maybe::Surely(place.seen && ticks.last() == place.tick &&
                         place.since_ns + age_ns <= now_ns);
  }
  // Whatever the tick, the time kept is at least `age_ns` ago. Never seen: it is.
  Maybe SinceLongerThan(int64_t age_ns, int64_t now_ns) const;

  // Of the likeliest alternative, for messages and for whom to blame.
  bool seen() const { return places_[0].seen; }
  int64_t tick() const { return places_[0].tick; }
  int64_t since_ns() const { return places_[0].since_ns; }
  int64_t before_ns() const { return before_ns_; }  // since when it was the tick before; 0: none
  int64_t before_tick() const { return before_tick_; }

 private:
  static constexpr int kMost = 4;
  struct Place {
    bool seen = false;
    int64_t tick = 0;
    int64_t since_ns = 0;
    bool operator==(const Place&) const = default;
  };

  // By far the most frequent: what was kept is known, and the tick was read once.
  bool IsPlain(const Readings& ticks) const { return count_ == 1 && !lost_ && ticks.single(); }
  void SeeAny(const Readings& ticks, int64_t now_ns, Maybe looked);
  Maybe IsAnyFresh(const Readings& ticks) const;
  Maybe IsAnyOld(const Readings& ticks, int64_t age_ns, int64_t now_ns) const;

  Place places_[kMost];
  uint8_t count_ = 1;
  bool lost_ = false;  // too many alternatives: the time is unknown, until a tick is surely fresh
  bool tick_known_ = false;  // while lost: the tick in the first place is the one seen last
  int64_t before_ns_ = 0;
  int64_t before_tick_ = 0;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_SIGHTING_H_
