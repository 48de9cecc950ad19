#include "conformance/debug_information/state_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace proctor {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::string Map(std::string_view variables, std::string_view of_processors,
                std::string_view more = "") {
  return std::string(R"({"schema": "proctor-state-map/1", "name": "n", "monitor": "m",
                         "calling_convention": "system_v", "processors": "p", "variables": {)") +
         std::string(variables) + R"(}, "of_processors": {)" + std::string(of_processors) + "}" +
         std::string(more) + "}";
}

std::string ErrorOf(const std::string& text) {
  std::string error;
  EXPECT_FALSE(ParseStateMap(text, "a.json", error)) << text;
  return error;
}

std::string ErrorOfFormula(const std::string& formula) {
  return ErrorOf(Map("\"last_poll\": " + formula, ""));
}

std::string ErrorOfEvents(const std::string& events) {
  return ErrorOf(Map("", "", ", \"events\": " + events));
}

TEST(StateMap, ReadsFormulasAndEvents) {
  std::string error;
  const auto map = ParseStateMap(
      Map(R"("last_poll": ["a", "b"], "threads": {"sum": "c", "minus": "d", "present": ["e"]})",
          R"("status": {"first": "s", "values": {"0": 1, "-1": 2}},
             "task_marked": {"all_equal": {"x": 1, "y": -5}})",
          R"(, "events": {"inject": {"p": 1, "function": "f"},
                          "assign": {"function": "g", "spinning": 2}})"),
      "a.json", error);
  ASSERT_TRUE(map) << error;
  EXPECT_EQ(map->convention, CallingConvention::kSystemV);
  ASSERT_EQ(map->variables.size(), 2u);
  EXPECT_EQ(map->variables[0].first, Variable::kLastPoll);
  EXPECT_THAT(map->variables[0].second.paths, ElementsAre("a", "b"));
  const Formula& sum = map->variables[1].second;
  EXPECT_EQ(sum.kind, Formula::Kind::kSum);
  EXPECT_THAT(sum.paths, ElementsAre("c"));
  EXPECT_THAT(sum.minus, ElementsAre("d"));
  EXPECT_THAT(sum.present, ElementsAre("e"));
  ASSERT_EQ(map->of_processors.size(), 2u);
  EXPECT_THAT(map->of_processors[0].second.values, ElementsAre(Pair(-1, 2), Pair(0, 1)));
  EXPECT_THAT(map->of_processors[1].second.expected, ElementsAre(1, -5));
  ASSERT_EQ(map->events.size(), 2u);
  EXPECT_EQ(map->events[0].function, "f");
  EXPECT_EQ(map->events[0].processor, 1);
  EXPECT_THAT(map->events[1].args, ElementsAre(Pair(Arg::kSpinning, 2)));
}

TEST(StateMap, NamesWhatIsWrongAndWhere) {
  EXPECT_EQ(ErrorOf("[]"), "a.json: state map: must be an object");
  EXPECT_EQ(ErrorOf("{}"), "a.json: state map: missing member 'schema'");
  EXPECT_EQ(ErrorOf(Map("", "", R"(, "name": "again")")),
            "a.json: state map: member 'name' stands twice in one object");
  EXPECT_EQ(ErrorOf(Map("", "", R"(, "colour": 1)")), "a.json: state map: unknown member 'colour'");
  EXPECT_EQ(ErrorOf(Map(R"("npidle": "a")", "")), "a.json: variables: npidle is no variable");
  EXPECT_EQ(ErrorOf(Map(R"("status": "a")", "")),
            "a.json: variables: status is a variable of a processor, and belongs there");
  EXPECT_EQ(ErrorOf(Map("", R"("last_poll": "a")")),
            "a.json: of_processors: last_poll is no variable of a processor");
}

TEST(StateMap, AFormulaIsPathsOrOneKindOfComputation) {
  for (const char* empty : {R"("")", "[]", R"(["a", ""])"})
    EXPECT_EQ(ErrorOfFormula(empty), "a.json: variables: last_poll must not be empty");
  EXPECT_EQ(ErrorOfFormula("1"), "a.json: variables: last_poll must be a string");
  EXPECT_EQ(ErrorOfFormula("[1]"), "a.json: variables: last_poll must hold strings");
  for (const char* kinds : {"{}", R"({"first": "a", "sum": "b"})"})
    EXPECT_EQ(ErrorOfFormula(kinds),
              "a.json: variables.last_poll: it must have one of first, sum, least, any_is_set and "
              "all_equal");
  EXPECT_EQ(ErrorOfFormula(R"({"first": "a", "minus": "b"})"),
            "a.json: variables.last_poll: minus belongs to a sum");
  EXPECT_EQ(ErrorOfFormula(R"({"first": "a", "colour": 1})"),
            "a.json: variables.last_poll: unknown member 'colour'");
  EXPECT_EQ(ErrorOfFormula(R"({"first": "a", "values": {"x": 1}})"),
            "a.json: variables.last_poll: values must give an integer for each integer");
  EXPECT_EQ(ErrorOfFormula(R"({"all_equal": {"x": "1"}})"),
            "a.json: variables.last_poll.all_equal: x must be an integer");
  EXPECT_EQ(ErrorOfFormula(R"({"all_equal": {}})"),
            "a.json: variables.last_poll: all_equal must name a path");
}

TEST(StateMap, AnEventIsOneThatAFunctionCanStandFor) {
  EXPECT_EQ(ErrorOfEvents(R"({"sleep": {"function": "f"}})"),
            "a.json: events: sleep is no event that a function can stand for");
  EXPECT_EQ(ErrorOfEvents(R"({"inject": {}})"), "a.json: events.inject: missing member 'function'");
  EXPECT_EQ(ErrorOfEvents(R"({"inject": {"function": "f", "p": 6}})"),
            "a.json: events.inject: p must be 0 to 5");
  EXPECT_EQ(ErrorOfEvents(R"({"inject": {"function": "f", "delta": 0}})"),
            "a.json: events.inject: delta is no argument of the event");
}

}  // namespace
}  // namespace proctor
