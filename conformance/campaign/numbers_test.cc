#include "conformance/campaign/numbers.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

TEST(ParseNumber, TakesWhatFits) {
  std::string error;
  EXPECT_EQ(ParseNumber("0", 0, 10, error), 0u);
  EXPECT_EQ(ParseNumber("18446744073709551615", 0, UINT64_MAX, error), UINT64_MAX);
  EXPECT_EQ(error, "");
}

TEST(ParseNumber, RefusesWhatDoesNotFit) {
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x10", "1e3", "1.0", "11", "ten",
                           "18446744073709551616", "99999999999999999999999999"}) {
    std::string error;
    EXPECT_FALSE(ParseNumber(text, 0, 10, error)) << text;
    EXPECT_EQ(error, "'" + std::string(text) + "' is not a whole number from 0 to 10");
  }
}

TEST(ParseDurationMs, TakesEveryUnit) {
  std::string error;
  EXPECT_EQ(ParseDurationMs("500ms", error), 500);
  EXPECT_EQ(ParseDurationMs("60s", error), 60'000);
  EXPECT_EQ(ParseDurationMs("10m", error), 600'000);
  EXPECT_EQ(ParseDurationMs("8760h", error), 31'536'000'000);
  EXPECT_EQ(ParseDurationMs("0s", error), 0);
}

TEST(ParseDurationMs, RefusesWhatIsNoneOrDoesNotFit) {
  for (const char* text :
       {"", "s", "=s", "10", "-1s", "+1s", "1.5s", "1 s", "1d", "1S", "10ss", "3000000h", "8761h",
        "9223372036854775807ms", "18446744073709551616s", "99999999999999999999999999999h"}) {
    std::string error;
    EXPECT_FALSE(ParseDurationMs(text, error)) << text;
    EXPECT_NE(error.find("such as 500ms, 60s or 10m"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace proctor
