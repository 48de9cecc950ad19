#include "conformance/judge/white_box/sighting.h"

#include <algorithm>

namespace proctor::white_box {

void Sighting::SeeAny(const Readings& ticks, int64_t now_ns, Maybe looked) {
  if (!looked.yes) return;
  const bool surely = !looked.no && ticks.single();
  if (ticks.unknown() || ticks.none()) {
    lost_ = true;
    tick_known_ = false;
    return;
  }
  if (lost_) {
    const bool fresh = surely && tick_known_ && !ticks.Is(places_[0].tick);
    tick_known_ = surely;
    places_[0] = {true, ticks.last(), now_ns};
    count_ = 1;
    lost_ = !fresh;
    return;
  }
  if (surely && count_ == 1) {
    if (places_[0].seen && ticks.Is(places_[0].tick)) return;
    before_ns_ = places_[0].seen ? places_[0].since_ns : 0;
    before_tick_ = places_[0].tick;
    places_[0] = {true, ticks.last(), now_ns};
    return;
  }
  Place places[kMost];
  int count = 0;
  bool full = false;
  const auto insert = [&](const Place& place) {
    if (std::find(places, places + count, place) != places + count) return;
    if (count == kMost) {
      full = true;
    } else {
      places[count++] = place;
    }
  };
  for (uint8_t i = 0; i < count_; ++i) {
    const Place& place = places_[i];
    if (looked.no) insert(place);
    ticks.ForEach([&](int64_t tick) {
      insert(place.seen && place.tick == tick ? place : Place{true, tick, now_ns});
    });
  }
  std::copy(places, places + count, places_);
  count_ = static_cast<uint8_t>(count);
  if (full) {
    lost_ = true;
    tick_known_ = false;
  }
}

void Sighting::Learn(bool old, const Readings& ticks, int64_t age_ns, int64_t now_ns) {
  if (lost_ || count_ == 1) return;
  // Of several readings any may be the one that it went by.
  const auto agrees = [&](const Place& place) {
    const Maybe same = ticks.Are([&](int64_t tick) { return tick == place.tick; });
    const bool long_enough = place.seen && place.since_ns + age_ns <= now_ns;
    return old ? long_enough && same.yes : !long_enough || same.no;
  };
  uint8_t count = 0;
  for (uint8_t i = 0; i < count_; ++i) {
    if (agrees(places_[i])) places_[count++] = places_[i];
  }
  if (count > 0) count_ = count;
}

Maybe Sighting::IsAnyFresh(const Readings& ticks) const {
  if (lost_ || ticks.none()) return Maybe::Unknown();
  Maybe fresh;
  for (uint8_t i = 0; i < count_; ++i) {
    const Place& place = places_[i];
    const Maybe here = place.seen ? ticks.Are([&](int64_t tick) { return tick != place.tick; })
                                  : Maybe::Surely(true);
    fresh.yes = fresh.yes || here.yes;
    fresh.no = fresh.no || here.no;
  }
  return fresh;
}

Maybe Sighting::IsAnyOld(const Readings& ticks, int64_t age_ns, int64_t now_ns) const {
  if (lost_ || ticks.none()) return Maybe::Unknown();
  Maybe old;
  for (uint8_t i = 0; i < count_; ++i) {
    const Place& place = places_[i];
    const bool long_enough = place.seen && place.since_ns + age_ns <= now_ns;
    const Maybe here = long_enough ? ticks.Are([&](int64_t tick) { return tick == place.tick; })
                                   : Maybe::Surely(false);
    old.yes = old.yes || here.yes;
    old.no = old.no || here.no;
  }
  return old;
}

Maybe Sighting::SinceLongerThan(int64_t age_ns, int64_t now_ns) const {
  if (lost_) return Maybe::Unknown();
  Maybe longer;
  for (uint8_t i = 0; i < count_; ++i) {
    const bool here = !places_[i].seen || places_[i].since_ns + age_ns <= now_ns;
    (here ? longer.yes : longer.no) = true;
  }
  return longer;
}

}  // namespace proctor::white_box
