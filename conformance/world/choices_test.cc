#include "conformance/world/choices.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace proctor {
namespace {

using Path = std::vector<uint32_t>;

// All paths through two choices of three.
std::set<Path> Walk(ChoicePath path) {
  std::set<Path> seen;
  do {
    Path taken = {path.Choose(3), path.Choose(3)};
    EXPECT_TRUE(seen.insert(taken).second) << "walked twice";
  } while (path.Advance());
  return seen;
}

TEST(ChoicePath, WalksEveryPathOnce) { EXPECT_EQ(Walk(ChoicePath()).size(), 9u); }

TEST(ChoicePath, IsUnusualAtThatManyPlacesAtMost) {
  EXPECT_EQ(Walk(ChoicePath(1)), (std::set<Path>{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {2, 0}}));
  EXPECT_EQ(Walk(ChoicePath(0)), (std::set<Path>{{0, 0}}));
}

TEST(ChoicePath, CanBeTakenAgain) {
  ChoicePath path;
  for (int i = 0; i < 5; ++i) {
    path.Choose(3);
    path.Choose(3);
    path.Advance();
  }
  const Path taken = {path.Choose(3), path.Choose(3)};
  ChoicePath again(path.Taken());
  EXPECT_EQ((Path{again.Choose(3), again.Choose(3)}), taken);
  EXPECT_EQ(again.Choose(7), 0u) << "beyond its end";
}

TEST(Choices, NeverAskWhereThereIsNoChoice) {
  ChoicePath path;
  Choices choices(1, &path);
  EXPECT_EQ(choices.Choose(1), 0u);
  EXPECT_FALSE(choices.Chance(0));
  EXPECT_TRUE(choices.Chance(1000));
  EXPECT_EQ(choices.Between(5, 9), 5) << "durations are not enumerated";
  EXPECT_TRUE(path.Taken().empty());
}

TEST(Choices, StayWithinTheirBounds) {
  Choices choices(7, nullptr);
  std::set<int64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const int64_t value = choices.Between(-2, 2);
    EXPECT_LE(-2, value);
    EXPECT_LE(value, 2);
    seen.insert(value);
    EXPECT_LT(choices.Choose(3), 3u);
  }
  EXPECT_EQ(seen.size(), 5u) << "both ends included";
}

}  // namespace
}  // namespace proctor
