#include "conformance/report/page/page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/report/page/page_testing.h"

namespace proctor {
namespace {

int Count(const std::string& text, const std::string& what) {
  int count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// Without the library, whose text is not ours.
std::string OwnText(const std::vector<Results>& results) {
  std::string page = RenderPage(results);
  const size_t begin = page.find("/*!\n * Chart.js");
  EXPECT_NE(begin, std::string::npos);
  return page.erase(begin, page.find("</script>", begin) - begin);
}

nlohmann::json ChartDataIn(const std::string& page) {
  const std::string mark = "<script type=\"application/json\" id=\"data\">";
  const size_t begin = page.find(mark) + mark.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(Page, HasARowPerClauseAndAColumnPerTier) {
  const std::vector<Results> sample = PageSample();
  std::set<ClauseId> clauses;
  for (const Result& result : sample[0].verdicts) clauses.insert(result.ruling.clause);
  const std::string page = OwnText(sample);
  EXPECT_EQ(Count(page, "<tr data-section="), static_cast<int>(clauses.size()));
  EXPECT_EQ(Count(page, "<th scope=\"col\" class=\"tier\">"), 4);
  EXPECT_EQ(Count(page, "<th scope=\"colgroup\" colspan=\"2\">"), 2);
  EXPECT_EQ(Count(page, "<details id="), static_cast<int>(clauses.size()));
  EXPECT_EQ(Count(page, "data-different=\"yes\""), 4);
}

TEST(Page, ForeignTextStaysText) {
  const std::string page = OwnText(PageSample());
  EXPECT_EQ(Count(page, "<script>document"), 0);
  EXPECT_EQ(Count(page, "<img"), 0);
  EXPECT_EQ(Count(page, "<svg"), 0);
  EXPECT_EQ(Count(page, "<script"), 3);
  EXPECT_EQ(Count(page, "</script>"), 3);
  EXPECT_EQ(Count(page, "\u202e"), 0);
  // What looks like the template's own is not read again.
  EXPECT_GT(Count(page, "{{title}}"), 0);
}

TEST(Page, NamesNothingToLoad) {
  const std::string page = OwnText(PageSample());
  for (const char* attribute : {" src=\"", "<link", "@import", "url(", "fetch(", "XMLHttp"}) {
    EXPECT_EQ(Count(page, attribute), 0) << attribute;
  }
  EXPECT_EQ(Count(page, "default-src 'none'"), 1);
}

TEST(Page, AFindingShowsItsEventsAndItsReplayLine) {
  const std::string page = OwnText(PageSample());
  EXPECT_EQ(Count(page, "<article class=\"finding\">"), 2);
  EXPECT_NE(page.find("<td class=\"number\">+0.046578 s</td>"), std::string::npos);
  EXPECT_NE(page.find("<code>task_spawn task=2</code>"), std::string::npos);
  EXPECT_NE(page.find("proctor check &apos;&lt;svg onload=alert(1)&gt;&apos; --clauses PRE-5"),
            std::string::npos);
}

TEST(Page, ChartsGetWhatTheTablesSay) {
  const std::vector<Results> sample = PageSample();
  const std::string page = RenderPage(sample);
  const nlohmann::json data = ChartDataIn(page);
  ASSERT_EQ(data["latencies"].size(), 3u);
  EXPECT_EQ(data["latencies"][0]["bound_ns"], 0);
  EXPECT_EQ(data["latencies"][1]["bound_ns"], 30'000'000);
  for (const nlohmann::json& latency : data["latencies"]) EXPECT_EQ(latency["series"].size(), 2u);
  EXPECT_EQ(data["latencies"][1]["series"][0]["n"], 400);
  EXPECT_EQ(data["latencies"][1]["series"][0]["points"].back()[1], 20'000'000);
  EXPECT_NE(page.find("<td class=\"number\">20.0</td><td class=\"number\">30.0</td>"),
            std::string::npos);
  ASSERT_EQ(data["cadences"].size(), 3u);
  EXPECT_EQ(data["cadences"][0]["points"][0], (nlohmann::json{0, "sleep", 20'000}));
}

TEST(Page, WhatIsUsedHasItsUnitAndSaysWhetherItWasStamped) {
  const std::string page = OwnText(PageSample());
  EXPECT_EQ(Count(page, "<td class=\"number\">155 a second *</td>"), 2);
  EXPECT_EQ(Count(page, "resident memory of a task, of 100 tasks"), 1);
  EXPECT_EQ(Count(page, "<td class=\"number\">2 KiB</td>"), 2);
  EXPECT_EQ(Count(page, "stamps are in it"), 1);
  EXPECT_EQ(ChartDataIn(RenderPage(PageSample()))["latencies"].size(), 3u) << "it is no latency";
}

TEST(Page, ManyImplementationsShowMarksAndNoWords) {
  EXPECT_EQ(Count(OwnText(PageSample()), "class=\"many\""), 0);
  EXPECT_EQ(Count(OwnText(std::vector<Results>(4, PageSample()[0])), "class=\"many\""), 1);
}

TEST(Page, OneImplementationHasNoDifferences) {
  const std::vector<Results> one(1, PageSample()[0]);
  const std::string page = OwnText(one);
  EXPECT_EQ(Count(page, "id=\"filter-different\""), 0);
  EXPECT_EQ(Count(page, "data-different=\"yes\""), 0);
}

TEST(Page, NothingJudgedIsAPageToo) {
  const std::string page = OwnText({Results{.implementation = "x", .unjudged = {"all of it"}}});
  EXPECT_NE(page.find("Not judged: all of it"), std::string::npos);
  EXPECT_EQ(Count(page, "<canvas"), 0);
}

}  // namespace
}  // namespace proctor
