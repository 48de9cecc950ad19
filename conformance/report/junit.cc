#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "conformance/report/render.h"

namespace proctor {
namespace {

// XML 1.0 has no way to write most control characters.
std::string Printable(std::string_view text) {
  std::string printable;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t';
    printable += control ? '?' : c;
  }
  return printable;
}

std::string Details(const Result& result) {
  std::string text = result.ruling.message + "\n";
  for (const Event& event : result.ruling.evidence) text += Describe(event) + "\n";
  if (!result.scenario.empty()) text += "scenario: " + result.scenario + "\n";
  if (!result.replay.empty()) text += "replay: " + result.replay + "\n";
  return Printable(text);
}

void AddOutcome(pugi::xml_node node, const char* name, const Result& result) {
  pugi::xml_node outcome = node.append_child(name);
  outcome.append_attribute("message") =
      fmt::format("{}: {}", VerdictName(result.ruling.verdict), Printable(result.ruling.message))
          .c_str();
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

}  // namespace

std::string RenderJUnit(const Results& results) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("testsuites");
  root.append_attribute("name") = Printable(results.implementation + " " + results.version).c_str();
  pugi::xml_node suite;
  std::string_view section;
  for (const Result& result : results.verdicts) {
    const Clause& clause = GetClause(result.ruling.clause);
    if (clause.section != section) {
      section = clause.section;
      suite = root.append_child("testsuite");
      suite.append_attribute("name") = std::string(section).c_str();
      for (const char* count : {"tests", "failures", "errors", "skipped"}) {
        suite.append_attribute(count) = 0;
      }
    }
    const auto add_one = [&](const char* count) {
      suite.attribute(count) = suite.attribute(count).as_int() + 1;
    };
    pugi::xml_node node = suite.append_child("testcase");
    node.append_attribute("name") =
        fmt::format("{}.{}", clause.name, TierName(result.ruling.tier)).c_str();
    node.append_attribute("classname") = Printable(results.implementation).c_str();
    add_one("tests");
    const char* outcome = OutcomeOf(result);
    if (outcome != nullptr) {
      AddOutcome(node, outcome, result);
      add_one(std::string_view(outcome) == "failure" ? "failures"
              : std::string_view(outcome) == "error" ? "errors"
                                                     : "skipped");
    } else if (result.ruling.verdict != Verdict::kConforms) {
      node.append_child("system-out").text() = Details(result).c_str();
    }
  }
  std::ostringstream stream;
  document.save(stream, " ");
  return stream.str();
}

}  // namespace proctor
