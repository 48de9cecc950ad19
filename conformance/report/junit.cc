#include <fmt/core.h>

#include <pugixml.hpp>
#include <sstream>

#include "conformance/report/foreign_text.h"
#include "conformance/report/render.h"

namespace proctor {
namespace {

std::string Details(const Result& result) {
  std::string text = result.ruling.message + "\n";
  for (const Event& event : result.ruling.evidence) text += Describe(event) + "\n";
  if (result.scenario) text += "scenario: " + FormatScenario(*result.scenario) + "\n";
  if (!result.replay.empty()) text += "replay: " + result.replay + "\n";
  return text;
}

void AddOutcome(pugi::xml_node node, const char* name, const Result& result) {
  pugi::xml_node outcome = node.append_child(name);
  outcome.append_attribute("message") =
      fmt::format("{}: {}", VerdictName(result.ruling.verdict), result.ruling.message).c_str();
  outcome.text() = Details(result).c_str();
}

// The element that JUnit has for the result; nullptr: it passed.
const char* OutcomeOf(const Result& result) {
  switch (result.ruling.verdict) {
    case Verdict::kConforms:
    case Verdict::kViolates:
      return result.expected ? nullptr : "failure";
    case Verdict::kError:
    case Verdict::kCrash:
    case Verdict::kTimeout:
      return result.expected ? nullptr : "error";
    default:
      return "skipped";
  }
}

pugi::xml_node AddSuite(pugi::xml_node root, std::string_view name) {
  pugi::xml_node suite = root.append_child("testsuite");
  suite.append_attribute("name") = std::string(name).c_str();
  for (const char* count : {"tests", "failures", "errors", "skipped"}) {
    suite.append_attribute(count) = 0;
  }
  return suite;
}

void AddOne(pugi::xml_node suite, const char* count) {
  suite.attribute(count) = suite.attribute(count).as_int() + 1;
}

pugi::xml_node AddCase(pugi::xml_node suite, const std::string& name, const Results& results) {
  pugi::xml_node node = suite.append_child("testcase");
  node.append_attribute("name") = name.c_str();
  node.append_attribute("classname") = results.implementation.c_str();
  AddOne(suite, "tests");
  return node;
}

void AddResult(pugi::xml_node suite, const Result& result, const Results& results) {
  const Ruling& ruling = result.ruling;
  pugi::xml_node node = AddCase(
      suite, fmt::format("{}.{}", ClauseName(ruling.clause), TierName(ruling.tier)), results);
  const char* outcome = OutcomeOf(result);
  if (outcome != nullptr) {
    AddOutcome(node, outcome, result);
    AddOne(suite, std::string_view(outcome) == "failure" ? "failures"
                  : std::string_view(outcome) == "error" ? "errors"
                                                         : "skipped");
  } else if (ruling.verdict != Verdict::kConforms) {
    node.append_child("system-out").text() = Details(result).c_str();
  }
}

}  // namespace

std::string RenderJUnit(const Results& foreign) {
  const Results results = CleanResults(foreign, Medium::kXml);
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("testsuites");
  root.append_attribute("name") = TitleOf(results).c_str();
  pugi::xml_node suite;
  std::string_view section;
  for (const Result& result : results.verdicts) {
    const Clause& clause = GetClause(result.ruling.clause);
    if (clause.section != section) suite = AddSuite(root, section = clause.section);
    AddResult(suite, result, results);
  }
  if (!results.unjudged.empty()) suite = AddSuite(root, "unjudged");
  for (const std::string& line : results.unjudged) {
    AddCase(suite, line, results).append_child("failure").append_attribute("message") =
        line.c_str();
    AddOne(suite, "failures");
  }
  std::ostringstream stream;
  document.save(stream, " ");
  return stream.str();
}

}  // namespace proctor
