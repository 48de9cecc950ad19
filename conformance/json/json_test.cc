#include "conformance/json/json.h"

#include <gtest/gtest.h>

#include <vector>

namespace proctor {
namespace {

struct Point {
  int64_t x = 0;
  int32_t y = 7;
  std::string name;
};

constexpr std::string_view kColours[] = {"red", "green"};

std::optional<Point> ParsePoint(std::string_view text, std::string& error,
                                UnknownMembers unknown = UnknownMembers::kAreErrors,
                                std::set<std::string>* ignored = nullptr) {
  return ReadJson<Point>(
      text, {.what = "point", .unknown = unknown}, error,
      [](JsonObject& object) {
        Point point{.x = object.Integer("x"), .name = object.Text("name", "none")};
        object.Update("y", point.y);
        if (object.Has("parts")) {
          object.ForObjects("parts", [](JsonObject& part) {
            int colour = 0;
            part.UpdateEnum("colour", kColours, colour);
            if (part.Has("of")) part.Object("of", [](JsonObject& of) { of.Seed("seed"); });
          });
        }
        return point;
      },
      ignored);
}

std::string ErrorOf(std::string_view text) {
  std::string error;
  EXPECT_FALSE(ParsePoint(text, error)) << text;
  return error;
}

TEST(Json, ReadsMembersAndDefaults) {
  std::string error;
  const std::optional<Point> point = ParsePoint(R"({"x": -9223372036854775808, "y": 3})", error);
  ASSERT_TRUE(point) << error;
  EXPECT_EQ(point->x, INT64_MIN);
  EXPECT_EQ(point->y, 3);
  EXPECT_EQ(point->name, "none");
}

TEST(Json, WhatIsNoJsonIsNamedWithItsPlace) {
  EXPECT_EQ(ErrorOf(""), "point: not JSON from line 1, column 1 on");
  EXPECT_EQ(ErrorOf("{\n  \"x\" 3}\n"), "point: not JSON from line 2, column 7 on");
  EXPECT_EQ(ErrorOf("{\"x\":1} trailing"), "point: not JSON from line 1, column 11 on");
  EXPECT_EQ(ErrorOf("[]"), "point: must be an object");
  EXPECT_EQ(ErrorOf("{}"), "point: missing member 'x'");
  EXPECT_EQ(ErrorOf(R"({"x": "1"})"), "point: x must be an integer");
}

TEST(Json, NumbersThatDoNotFitAreRefused) {
  EXPECT_EQ(ErrorOf(R"({"x": 18446744073709551615})"),
            "point: the number 18446744073709551615 does not fit in 64 bits");
  EXPECT_EQ(ErrorOf(R"({"x": 9223372036854775808})"),
            "point: the number 9223372036854775808 does not fit in 64 bits");
  EXPECT_EQ(ErrorOf(R"({"x": 99999999999999999999})"),
            "point: the number 99999999999999999999 does not fit in 64 bits");
  EXPECT_EQ(ErrorOf(R"({"x": 1e999})"), "point: a number does not fit in a double");
  EXPECT_EQ(ErrorOf(R"({"x": 1.5})"), "point: x must be an integer");
  EXPECT_EQ(ErrorOf(R"({"x": 1, "y": 2147483648})"), "point: y must be -2147483648 to 2147483647");
  EXPECT_EQ(ErrorOf(R"({"x": 1, "parts": [{"of": {"seed": "18446744073709551616"}}]})"),
            "parts[0].of: seed '18446744073709551616' is not a decimal number of 64 bits");
}

TEST(Json, AMemberThatStandsTwiceIsRefused) {
  EXPECT_EQ(ErrorOf(R"({"x": 1, "x": 2})"), "point: member 'x' stands twice in one object");
  EXPECT_EQ(ErrorOf(R"({"x": 1, "parts": [{"colour": "red", "colour": "red"}]})"),
            "point: member 'colour' stands twice in one object");
}

TEST(Json, NulBytesAreRefusedWhereverTheyStand) {
  EXPECT_EQ(ErrorOf(std::string_view("{\"x\": 1}\0{", 10)),
            "point: a NUL byte at line 1, column 9");
  EXPECT_EQ(ErrorOf("{\"x\": 1, \"name\": \"a\\u0000b\"}"),
            "point: a string holds a NUL character");
}

TEST(Json, DepthIsLimited) {
  for (const size_t depth : {65, 40'000, 1'000'000}) {
    EXPECT_EQ(ErrorOf(std::string(depth, '[')), "point: nests deeper than 64 levels");
    std::string objects;
    for (size_t i = 0; i < depth; ++i) objects += "{\"a\":";
    EXPECT_EQ(ErrorOf(objects), "point: nests deeper than 64 levels");
  }
}

TEST(Json, ValuesAreCounted) {
  std::string values = "{\"x\": [";
  for (size_t i = 0; i < kJsonValuesMost; ++i) values += "[],";
  EXPECT_EQ(ErrorOf(values + "1]}"), "point: holds more than 1000000 values");
}

TEST(Json, UnknownMembersAreErrorsInWhatPeopleWrite) {
  EXPECT_EQ(ErrorOf(R"({"x": 1, "z": 2})"), "point: unknown member 'z'");
  EXPECT_EQ(ErrorOf(R"({"x": 1, "parts": [{}, {"hue": 1}]})"), "parts[1]: unknown member 'hue'");
  EXPECT_EQ(ErrorOf(R"({"x": 1, "parts": [{"colour": "blue"}]})"),
            "parts[0]: colour unknown value 'blue'");
}

TEST(Json, ATextStandsForAListOfOne) {
  const auto texts = [](std::string_view text, std::string& error) {
    return ReadJson<std::vector<std::string>>(text, {.what = "texts"}, error,
                                              [](JsonObject& object) { return object.Texts("t"); });
  };
  std::string error;
  EXPECT_EQ(texts(R"({"t": "a"})", error), std::vector<std::string>{"a"});
  EXPECT_EQ(texts(R"({"t": ["a", "b"]})", error), (std::vector<std::string>{"a", "b"}));
  for (const char* empty : {R"({"t": ""})", R"({"t": []})", R"({"t": ["a", ""]})"}) {
    EXPECT_FALSE(texts(empty, error));
    EXPECT_EQ(error, "texts: t must not be empty");
  }
  EXPECT_FALSE(texts(R"({"t": 1})", error));
  EXPECT_EQ(error, "texts: t must be a string");
}

TEST(Json, UnknownMembersOfProgramsAreNamedOnce) {
  std::string error;
  std::set<std::string> ignored;
  ASSERT_TRUE(ParsePoint(R"({"x": 1, "z": [1], "parts": [{"hue": 1}, {"hue": 2}]})", error,
                         UnknownMembers::kAreIgnored, &ignored))
      << error;
  EXPECT_EQ(ignored, (std::set<std::string>{"parts.hue", "point.z"}));
}

TEST(Json, ForeignTextIsQuotedInShort) {
  EXPECT_EQ(Quoted("a\x1b[31m\xff\n"), "a?[31m??");
  EXPECT_EQ(Quoted(std::string(1'000'000, 'x')).size(), 83u);
  EXPECT_LT(ErrorOf("{\"x\": 1, \"" + std::string(1'000'000, 'x') + "\": 1}").size(), 200u);
}

}  // namespace
}  // namespace proctor
