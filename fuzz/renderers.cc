// Any results in every form that a reader gets to see: each is well-formed and clean, whatever
// bytes a runtime wrote into them, and says all that they hold.

#include <algorithm>
#include <pugixml.hpp>

#include "conformance/report/foreign_text.h"
#include "conformance/report/render.h"
#include "conformance/report/results.h"
#include "fuzz/drawn_results.h"
#include "fuzz/fuzz_target.h"

namespace proctor {
namespace {

using fuzz::Require;
using fuzz::RequireClean;

void CheckJUnit(const Results& results) {
  const std::string text = RenderJUnit(results);
  RequireClean(text, "XML with what may not be shown");
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_string(text.c_str());
  Require(parsed, "XML that is not well-formed", parsed.description());
  const size_t cases = document.select_nodes("//testcase").size();
  Require(cases == results.verdicts.size() + results.unjudged.size(), "a case got lost", text);
  for (const char* count : {"tests", "failures", "errors", "skipped"}) {
    size_t sum = 0;
    for (const auto& suite : document.select_nodes("//testsuite")) {
      sum += suite.node().attribute(count).as_uint();
    }
    const std::string element = count == std::string("tests")      ? "//testcase"
                                : count == std::string("failures") ? "//failure"
                                : count == std::string("errors")   ? "//error"
                                                                   : "//skipped";
    Require(document.select_nodes(element.c_str()).size() == sum, "counts that do not add up",
            text);
  }
}

void CheckMarkdown(const Results& results) {
  const std::string text = RenderMarkdown(results);
  RequireClean(text, "Markdown with what may not be shown");
  // Every block of code is closed by the fence that opened it.
  std::string prose = text;
  for (size_t start = prose.find("\n```"); start != std::string::npos;
       start = prose.find("\n```", start)) {
    const size_t fence_end = prose.find('\n', start + 1);
    const std::string fence = prose.substr(start, fence_end + 1 - start);
    const size_t end = prose.find(fence, fence_end);
    Require(end != std::string::npos, "a block of code without an end", text);
    prose.erase(start, end + fence.size() - start);
  }
  for (const char* active : {"![", "](", "<script", "http://", "~~"}) {
    Require(prose.find(active) == std::string::npos, "active markup in running text", prose);
  }
  const auto rows = std::ranges::count_if(
      results.verdicts, [](const Result& result) { return result.ruling.triggers >= 0; });
  size_t found = 0;
  for (size_t at = text.find("\n| "); at != std::string::npos; at = text.find("\n| ", at + 1)) {
    ++found;
  }
  Require(found == static_cast<size_t>(rows) + 1, "a row of the table got lost", text);
}

void CheckTable(const Results& results) {
  RequireClean(RenderTable(results, {}), "a table with what may not be shown");
  RequireClean(RenderTable(results, {.colour = false, .width = 1}), "the same, on a narrow screen");
  Require(!RenderTable(results, {.colour = true, .width = 80}).empty(), "no table in colour");
}

}  // namespace
}  // namespace proctor

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  fuzz::ByteSource bytes(data, size);
  const Results results = fuzz::DrawResults(bytes);
  CheckTable(results);
  CheckJUnit(results);
  CheckMarkdown(results);
  std::string error;
  const std::string text = FormatResults(results);
  RequireClean(text, "JSON with what may not be shown");
  const std::optional<Results> back = ParseResults(text, error);
  Require(back.has_value(), "results that their reader refuses", error);
  return 0;
}
