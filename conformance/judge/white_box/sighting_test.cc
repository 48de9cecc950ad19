#include "conformance/judge/white_box/sighting.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace proctor::white_box {
namespace {

constexpr Maybe kSurely = Maybe::Surely(true);
constexpr int64_t kSlice = 10;

Readings Read(std::initializer_list<int64_t> ticks) {
  Readings readings;
  for (const int64_t tick : ticks) readings.Add(tick);
  return readings;
}

bool IsSurely(Maybe maybe, bool value) { return maybe.yes == value && maybe.no == !value; }

TEST(Maybe, PermitsWhatSomeReadingPermits) {
  constexpr Maybe kUnknown = Maybe::Unknown();
  EXPECT_TRUE(kUnknown.Permits(true) && kUnknown.Permits(false));
  EXPECT_TRUE(IsSurely(kSurely && kSurely, true));
  EXPECT_TRUE(IsSurely(kUnknown && !kSurely, false));
  EXPECT_TRUE(IsSurely(kUnknown || kSurely, true));
}

TEST(Readings, AreTrueOfWhatWasRead) {
  const auto positive = [](int64_t value) { return value > 0; };
  EXPECT_TRUE(IsSurely(Read({3, 3}).Are(positive), true));
  EXPECT_TRUE(Read({0, 3}).Are(positive).yes && Read({0, 3}).Are(positive).no);
  EXPECT_FALSE(Readings().Are(positive).yes || Readings().Are(positive).no);
  EXPECT_TRUE(Read({1, 2, 3, 4}).Are(positive).no) << "more than are kept: anything";
}

TEST(Sighting, ATickIsFreshOnceAndOldAfterItsAge) {
  Sighting sighting;
  EXPECT_TRUE(IsSurely(sighting.IsFresh(Read({7})), true));
  sighting.See(Read({7}), 100, kSurely);
  EXPECT_TRUE(IsSurely(sighting.IsFresh(Read({7})), false));
  EXPECT_TRUE(IsSurely(sighting.IsOld(Read({7}), kSlice, 109), false));
  EXPECT_TRUE(IsSurely(sighting.IsOld(Read({7}), kSlice, 110), true));
  sighting.See(Read({7}), 105, kSurely);
  EXPECT_EQ(sighting.since_ns(), 100) << "the same tick keeps its time";
  sighting.See(Read({8}), 110, kSurely);
  EXPECT_EQ(sighting.before_ns(), 100);
  EXPECT_TRUE(IsSurely(sighting.IsOld(Read({8}), kSlice, 119), false));
}

TEST(Sighting, OfTwoReadingsEitherMayCount) {
  Sighting sighting;
  sighting.See(Read({7}), 100, kSurely);
  sighting.See(Read({7, 8}), 105, kSurely);
  const Maybe old = sighting.IsOld(Read({8}), kSlice, 112);
  EXPECT_TRUE(IsSurely(old, false)) << "8 is fresh, or was seen 7 ago";
  EXPECT_TRUE(sighting.IsOld(Read({7}), kSlice, 112).yes);
  const Maybe fresh = sighting.IsFresh(Read({8}));
  EXPECT_TRUE(fresh.yes && fresh.no);
  sighting.Learn(false, Read({8}), 5, 112);  // nothing was done about it: it was not old
  EXPECT_TRUE(IsSurely(sighting.IsOld(Read({8}), 5, 112), false));
}

// It may have gone by the 9, which is fresh, or by the 7, which it has seen for long.
TEST(Sighting, WhatWasNotDoneMayHaveBeenForTheOtherReading) {
  Sighting sighting;
  sighting.See(Read({7}), 100, kSurely);
  sighting.See(Read({7, 8}), 101, kSurely);
  sighting.See(Read({7, 9}), 120, kSurely);
  sighting.Learn(false, Read({7, 9}), kSlice, 120);
  EXPECT_TRUE(sighting.IsOld(Read({7}), kSlice, 121).yes);
  EXPECT_TRUE(sighting.IsOld(Read({9}), kSlice, 130).yes);
}

TEST(Sighting, IsLostByTooManyAlternativesAndFoundByAFreshTick) {
  Sighting sighting;
  sighting.See(Readings::Unknown(), 100, kSurely);
  EXPECT_TRUE(sighting.IsFresh(Read({7})).yes && sighting.IsFresh(Read({7})).no);
  sighting.See(Read({7}), 110, kSurely);
  EXPECT_TRUE(sighting.IsOld(Read({7}), kSlice, 111).yes) << "since when is not known";
  sighting.See(Read({8}), 120, kSurely);
  EXPECT_TRUE(IsSurely(sighting.IsOld(Read({8}), kSlice, 129), false));
  EXPECT_TRUE(IsSurely(sighting.IsOld(Read({8}), kSlice, 130), true));
}

}  // namespace
}  // namespace proctor::white_box
