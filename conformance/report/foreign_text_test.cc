#include "conformance/report/foreign_text.h"

#include <gtest/gtest.h>
// RapidCheck's gtest part needs gtest first.
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "conformance/report/render.h"

namespace proctor {
namespace {

// Everything that has been tried on a reader of reports, one of each kind.
const std::vector<std::string>& HostileTexts() {
  static const std::vector<std::string> texts = {
      "\x1b[2J\x1b]0;title\x07 red \x1b[31m",
      std::string("C1 \xc2\x9b") + "31m and \xc2\x90q",
      "line\nbreak\r\ncarriage\rreturn\ttab",
      "conforms |\n| DEEP-9 | V | conforms | 1 | forged |",
      std::string("bidi \xe2\x80\xae") + "reversed\xe2\x81\xa6 \xe2\x80\x8f",
      "nonchar \xef\xbf\xbf \xef\xbf\xbe \xf0\x9f\xbf\xbf",
      "zero width \xe2\x80\x8b\xef\xbb\xbf",
      "tags \xf3\xa0\x81\x81",
      "not utf-8 \xff\xfe \xc0\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82",
      std::string("nul \0 inside", 12),
      "image ![y](http://example.invalid/y.png) and [link](javascript:alert(1))",
      "bare http://example.invalid www.example.invalid a@example.invalid",
      "# heading\n```\ncode\n``` `tick` *star* _under_ ~~strike~~ $math$",
      "<script>alert('x')</script> & \"quotes\" <!-- ]]> -->",
      "]]></system-out><testcase name=\"forged\"/>",
      std::string(1'000'000, 'x'),
      std::string(100'000, '`'),
  };
  return texts;
}

Results With(const std::string& text) {
  Ruling violated{.clause = ClauseId::kPRE_5,
                  .tier = kX,
                  .verdict = Verdict::kViolates,
                  .triggers = 3,
                  .message = text};
  violated.evidence = {MakeEvent(5, EventKind::kShallowSleep, {{Arg::kDurationNs, 20}})};
  Ruling error = violated;
  error.verdict = Verdict::kError;
  error.evidence.clear();
  Result shown{.ruling = violated, .expected = false, .replay = text};
  shown.scenario = Scenario{.name = text, .about = text, .tasks = {{.ops = {{.op = Op::kYield}}}}};
  return {.implementation = text,
          .asked_as = text,
          .version = text,
          .verdicts = {shown, {.ruling = error, .expected = false, .replay = text}},
          .unjudged = {text},
          .exit_status = 1};
}

// Printable, well-formed, without anything that hides or reorders: what Clean promises.
bool IsClean(const std::string& text) {
  std::string without_breaks = text;
  std::erase(without_breaks, '\n');
  return Clean(without_breaks, Medium::kTerminal, SIZE_MAX) == without_breaks;
}

size_t LinesIn(const std::string& text) {
  return static_cast<size_t>(std::ranges::count(text, '\n'));
}

TEST(ForeignText, TheTableShowsItCleanAndInItsPlace) {
  const size_t lines = LinesIn(RenderTable(With("plain"), {}));
  for (const std::string& text : HostileTexts()) {
    const std::string table = RenderTable(With(text), {});
    EXPECT_TRUE(IsClean(table)) << table;
    EXPECT_EQ(LinesIn(table), lines) << table;
    EXPECT_LT(table.size(), 100'000u);
  }
}

TEST(ForeignText, JUnitStaysWellFormedAndHasTheSameCases) {
  for (const std::string& text : HostileTexts()) {
    const std::string xml = RenderJUnit(With(text));
    EXPECT_TRUE(IsClean(xml)) << xml;
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(xml.c_str())) << xml;
    EXPECT_EQ(document.select_nodes("//testcase").size(), 3u) << xml;
    EXPECT_EQ(document.select_nodes("//failure").size(), 2u) << xml;
    EXPECT_LT(xml.size(), 100'000u);
  }
}

TEST(ForeignText, MarkdownKeepsItsLinesAndHasNoActiveMarkup) {
  const std::string plain = RenderMarkdown(With("plain"));
  for (const std::string& text : HostileTexts()) {
    const std::string page = RenderMarkdown(With(text));
    EXPECT_TRUE(IsClean(page)) << page;
    EXPECT_EQ(LinesIn(page), LinesIn(plain)) << page;
    EXPECT_LT(page.size(), 100'000u);
    // Outside of code blocks, that is.
    std::string prose = page;
    for (size_t start = prose.find("\n```"); start != std::string::npos;
         start = prose.find("\n```", start + 1)) {
      const size_t fence_end = prose.find('\n', start + 1);
      const std::string fence = prose.substr(start, fence_end + 1 - start);
      const size_t end = prose.find(fence, fence_end);
      ASSERT_NE(end, std::string::npos) << page;
      prose.erase(start, end + fence.size() - start);
    }
    for (const char* active : {"![", "](", "<script", "http://", "www.", "a@", "~~strike"}) {
      EXPECT_EQ(prose.find(active), std::string::npos) << active << " in\n" << prose;
    }
  }
}

TEST(ForeignText, ResultsKeepItAsDataAndShowNothingActive) {
  for (const std::string& text : HostileTexts()) {
    const std::string json = FormatResults(With(text));
    EXPECT_TRUE(IsClean(json));
    EXPECT_TRUE(nlohmann::json::accept(json));
  }
}

TEST(ForeignText, HtmlHasNoMarkupAndEndsNoAttribute) {
  for (const std::string& text : HostileTexts()) {
    const std::string html = Clean(text, Medium::kHtml);
    EXPECT_EQ(html.find_first_of("<>\"'"), std::string::npos) << html;
    EXPECT_TRUE(IsClean(html)) << html;
  }
  EXPECT_EQ(Clean("a<b>&'\"", Medium::kHtml), "a&lt;b&gt;&amp;&#39;&quot;");
}

TEST(ForeignText, LettersOfAllKindsStayAsTheyAre) {
  const std::string text = "na\xc3\xafve \xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x98\x80 \xd7\xa9";
  for (const Medium medium : {Medium::kTerminal, Medium::kXml, Medium::kMarkdown, Medium::kHtml}) {
    EXPECT_EQ(Clean(text, medium), text);
  }
}

TEST(ForeignText, WhatIsLongIsCutAndSaysHowLongItWas) {
  EXPECT_EQ(Clean("abcdef", Medium::kTerminal, 3), "abc... (6 bytes)");
  EXPECT_EQ(Clean("abc", Medium::kTerminal, 3), "abc");
  EXPECT_EQ(CutAt("a\xc3\xafz", 2), "a");
  EXPECT_EQ(CutAt("a\xc3\xafz", 3), "a\xc3\xaf");
}

RC_GTEST_PROP(ForeignText, ArbitraryBytesComeOutCleanForEveryMedium, (const std::string& text)) {
  for (const Medium medium : {Medium::kTerminal, Medium::kXml, Medium::kMarkdown, Medium::kHtml}) {
    RC_ASSERT(IsClean(Clean(text, medium)));
  }
}

}  // namespace
}  // namespace proctor
