#include "conformance/base/enum_names.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

enum class Colour { kRed, kDarkBlue, kGrey50 };

constexpr std::string_view kAll[] = {"red", "dark_blue", "grey50"};
static_assert(NamesAllOf<Colour>(kAll));

TEST(EnumNames, ATableThatDoesNotFollowTheEnumeratorsIsFound) {
  constexpr std::string_view kSwapped[] = {"dark_blue", "red", "grey50"};
  constexpr std::string_view kShort[] = {"red", "dark_blue"};
  constexpr std::string_view kLong[] = {"red", "dark_blue", "grey50", "grey60"};
  constexpr std::string_view kMisspelt[] = {"red", "darkblue", "grey50"};
  constexpr std::string_view kCut[] = {"red", "dark_blue", "grey"};
  EXPECT_FALSE(NamesAllOf<Colour>(kSwapped));
  EXPECT_FALSE(NamesAllOf<Colour>(kShort));
  EXPECT_FALSE(NamesAllOf<Colour>(kLong));
  EXPECT_FALSE(NamesAllOf<Colour>(kMisspelt));
  EXPECT_FALSE(NamesAllOf<Colour>(kCut));
}

TEST(EnumNames, AnEnumeratorIsToldFromAValueThatHasNone) {
  EXPECT_EQ(EnumeratorOf<Colour::kDarkBlue>(), "kDarkBlue");
  EXPECT_EQ(EnumeratorOf<static_cast<Colour>(3)>(), "");
}

}  // namespace
}  // namespace proctor
