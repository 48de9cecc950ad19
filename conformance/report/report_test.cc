#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "conformance/report/expectations.h"
#include "conformance/report/findings.h"
#include "conformance/report/render.h"
#include "conformance/report/results.h"

namespace proctor {
namespace {

Ruling MakeRuling(ClauseId clause, Tier tier, Verdict verdict) {
  return {.clause = clause, .tier = tier, .verdict = verdict, .triggers = 3, .message = "told"};
}

Results Sample() {
  Ruling broken = MakeRuling(ClauseId::kPRE_5, kX, Verdict::kViolates);
  broken.message = "a <b> & \"c\" | d\nnext\x01 line \xff";
  broken.evidence = {MakeEvent(5, EventKind::kShallowSleep, {{Arg::kDurationNs, 20}})};
  return {.implementation = "go",
          .asked_as = "go=/opt/go",
          .version = "go1.19.8",
          .profile = kGo1_20,
          .verdicts = {{MakeRuling(ClauseId::kCAD_2, kO, Verdict::kConforms), true, "replay it"},
                       {MakeRuling(ClauseId::kCAD_3, kO, Verdict::kNotExercised), true, ""},
                       {broken, false, "proctor check go"}},
          .exit_status = 1};
}

TEST(Results, JsonHasTheAgreedShape) {
  const nlohmann::json json = nlohmann::json::parse(FormatResults(Sample()));
  EXPECT_EQ(json["schema"], "proctor-results/2");
  EXPECT_EQ(json["implementation"]["profile"], "go1.20");
  EXPECT_EQ(json["verdicts"][0]["clause"], "CAD-2");
  EXPECT_EQ(json["verdicts"][0]["verdict"], "conforms");
  EXPECT_EQ(json["verdicts"][2]["expected"], false);
  EXPECT_EQ(json["verdicts"][2]["evidence"][0]["duration_ns"], 20);
  EXPECT_EQ(json["exit_status"], 1);
}

TEST(Results, WhatThePageShowsComesBack) {
  Results results = Sample();
  results.machine = "Linux";
  results.noise = {.stalls = 1, .longest_ns = 2, .total_ns = 3, .watched_ns = 4};
  results.cadences = {{.name = "idle",
                       .events = {MakeEvent(5, EventKind::kShallowSleep, {{Arg::kDurationNs, 20}})},
                       .sleeps = 9,
                       .is_cut = true}};
  Measured measured{.bound_ns = 30};
  for (const int64_t duration_ns : {7, 7, 1'000'000}) measured.durations_ns.Add(duration_ns);
  results.verdicts[0].ruling.measured = measured;
  results.latencies = {{.name = "yield",
                        .about = "a yield",
                        .durations_ns = measured.durations_ns,
                        .medians_ns = {7, 8}}};
  std::string error;
  const std::optional<Results> back = ParseResults(FormatResults(results), error);
  ASSERT_TRUE(back) << error;
  EXPECT_EQ(back->machine, results.machine);
  EXPECT_EQ(back->noise, results.noise);
  EXPECT_EQ(back->cadences, results.cadences);
  EXPECT_EQ(back->latencies, results.latencies);
  EXPECT_EQ(back->verdicts[0].ruling.measured, measured);
}

TEST(Results, BucketsThatAreNoneAreRefused) {
  Results results = Sample();
  results.verdicts[0].ruling.measured.emplace();
  nlohmann::json json = nlohmann::json::parse(FormatResults(results));
  for (const char* buckets :
       {"7", "[[1]]", "[[-1, 1]]", "[[1888, 1]]", "[[1, 0]]", "[[\"a\", 1]]"}) {
    json["verdicts"][0]["measured"]["buckets"] = nlohmann::json::parse(buckets);
    std::string error;
    EXPECT_FALSE(ParseResults(json.dump(), error)) << buckets;
    EXPECT_NE(error.find("buckets"), std::string::npos) << error;
  }
}

TEST(Results, JsonComesBack) {
  std::string error;
  const std::string text = FormatResults(Sample());
  const std::optional<Results> back = ParseResults(text, error);
  ASSERT_TRUE(back) << error;
  EXPECT_EQ(FormatResults(*back), text);
}

TEST(Results, ATextWithANulComesBackWithoutIt) {
  Results results = Sample();
  results.verdicts[2].ruling.message = std::string("a\0b", 3);
  std::string error;
  const std::optional<Results> back = ParseResults(FormatResults(results), error);
  ASSERT_TRUE(back) << error;
  EXPECT_EQ(back->verdicts[2].ruling.message, "a?b");
}

Scenario Small() { return {.name = "small", .tasks = {{.ops = {{.op = Op::kYield}}}}}; }

TEST(Results, AScenarioStandsInThemAsJson) {
  Results results = Sample();
  results.verdicts[2].scenario = Small();
  const std::string text = FormatResults(results);
  EXPECT_EQ(nlohmann::json::parse(text)["verdicts"][2]["scenario"]["name"], "small");
  std::string error;
  const std::optional<Results> back = ParseResults(text, error);
  ASSERT_TRUE(back) << error;
  EXPECT_EQ(back->verdicts[2].scenario, Small());
}

TEST(Results, TheOldSchemaIsReadWhereAScenarioWasText) {
  nlohmann::json json = nlohmann::json::parse(FormatResults(Sample()));
  json["schema"] = "proctor-results/1";
  json["verdicts"][2]["scenario"] = FormatScenario(Small());
  std::string error;
  const std::optional<Results> back = ParseResults(json.dump(), error);
  ASSERT_TRUE(back) << error;
  EXPECT_EQ(back->verdicts[2].scenario, Small());
}

TEST(Results, WhatANewerProgramWroteBesidesIsNamedAndIgnored) {
  nlohmann::json json = nlohmann::json::parse(FormatResults(Sample()));
  json["colour"] = 1;
  for (nlohmann::json& verdict : json["verdicts"]) verdict["hue"] = 2;
  json["verdicts"][2]["scenario"] = nlohmann::json::parse(FormatScenario(Small()));
  json["verdicts"][2]["scenario"]["shade"] = 3;
  std::string error;
  std::set<std::string> ignored;
  EXPECT_TRUE(ParseResults(json.dump(), error, &ignored)) << error;
  EXPECT_EQ(ignored, (std::set<std::string>{"results.colour", "verdicts.hue", "verdicts.shade"}));
}

TEST(Results, MalformedJsonIsNamedWithItsPlace) {
  const auto error_of = [](const std::string& text) {
    std::string error;
    EXPECT_FALSE(ParseResults(text, error));
    return error;
  };
  EXPECT_EQ(error_of("{"), "results: not JSON from line 1, column 2 on");
  EXPECT_EQ(error_of("[]"), "results: must be an object");
  std::string text = FormatResults(Sample());
  text.replace(text.find("not_exercised"), 13, "perhaps");
  EXPECT_EQ(error_of(text), "verdicts[1]: verdict unknown value 'perhaps'");
  Results twice = Sample();
  twice.verdicts.push_back(twice.verdicts[0]);
  EXPECT_EQ(error_of(FormatResults(twice)), "verdicts[" +
                                                std::to_string(twice.verdicts.size() - 1) +
                                                "]: clause stands twice with this tier");
}

TEST(ExitStatus, TheGraverOneWins) {
  const auto status = [](const std::vector<std::pair<Verdict, bool>>& verdicts) {
    Results results;
    for (const auto& [verdict, expected] : verdicts) {
      results.verdicts.push_back({MakeRuling(ClauseId::kCAD_2, kO, verdict), expected, ""});
    }
    return ExitStatusOf(results);
  };
  EXPECT_EQ(status({}), 0);
  EXPECT_EQ(status({{Verdict::kConforms, true}, {Verdict::kNotExercised, true}}), 0);
  EXPECT_EQ(status({{Verdict::kViolates, true}}), 0);
  EXPECT_EQ(status({{Verdict::kInconclusive, true}}), 2);
  EXPECT_EQ(status({{Verdict::kInconclusive, true}, {Verdict::kCrash, false}}), 3);
  EXPECT_EQ(status({{Verdict::kTimeout, false}, {Verdict::kViolates, false}}), 1);
  EXPECT_EQ(status({{Verdict::kConforms, false}}), 1);
}

constexpr std::string_view kExpectations = R"({
  "schema": "proctor-expectations/1", "implementation": "gccgo",
  "entries": [{"clause": "PRE-5", "verdict": "violates", "reason": "no signals"}]})";

TEST(Expectations, AnExpectedDeviationIsExpectedAndAStaleEntryIsRed) {
  std::string error;
  const std::optional<Expectations> expectations = ParseExpectations(kExpectations, error);
  ASSERT_TRUE(expectations) << error;
  const auto expected = [&](ClauseId clause, Verdict verdict) {
    return Apply(*expectations, kGo1_20, {MakeRuling(clause, kX, verdict)}, true)[0].expected;
  };
  EXPECT_TRUE(expected(ClauseId::kPRE_5, Verdict::kViolates));
  EXPECT_FALSE(expected(ClauseId::kPRE_5, Verdict::kConforms));
  EXPECT_TRUE(expected(ClauseId::kPRE_5, Verdict::kNotExercised));
  EXPECT_TRUE(expected(ClauseId::kPRE_5, Verdict::kInconclusive));
  EXPECT_FALSE(expected(ClauseId::kCAD_2, Verdict::kViolates));
  EXPECT_FALSE(expected(ClauseId::kCAD_2, Verdict::kTimeout));
  EXPECT_TRUE(expected(ClauseId::kCAD_2, Verdict::kConforms));
}

// A budget that ended, one scenario, one trace.
TEST(Expectations, WhatDidNotRunMakesNoEntryStale) {
  std::string error;
  const std::optional<Expectations> expectations = ParseExpectations(kExpectations, error);
  ASSERT_TRUE(expectations) << error;
  const auto apply = [&](Verdict verdict) {
    return Apply(*expectations, kGo1_20, {MakeRuling(ClauseId::kPRE_5, kX, verdict)}, false)[0];
  };
  EXPECT_TRUE(apply(Verdict::kConforms).expected);
  EXPECT_NE(apply(Verdict::kConforms).ruling.message.find("not seen in what ran"),
            std::string::npos);
  EXPECT_FALSE(apply(Verdict::kCrash).expected);
}

TEST(Expectations, MalformedFilesAreNamedWithTheirPlace) {
  const auto error_of = [](const std::string& from, const std::string& to) {
    std::string text(kExpectations);
    text.replace(text.find(from), from.size(), to);
    std::string error;
    EXPECT_FALSE(ParseExpectations(text, error)) << text;
    return error;
  };
  EXPECT_EQ(error_of("PRE-5", "PRE-55"), "entries[0]: clause unknown value 'PRE-55'");
  EXPECT_EQ(error_of("violates", "breaks"), "entries[0]: verdict unknown value 'breaks'");
  EXPECT_EQ(error_of("no signals", ""), "entries[0]: reason must not be empty");
  EXPECT_EQ(error_of("\"reason\"", "\"cause\""), "entries[0]: missing member 'reason'");
  EXPECT_EQ(error_of("\"reason\"", "\"cause\": \"x\", \"reason\""),
            "entries[0]: unknown member 'cause'");
  EXPECT_EQ(error_of("tions/1", "tions/2"),
            "expectations: schema 'proctor-expectations/2' is not 'proctor-expectations/1'");
}

TEST(Table, ShowsVerdictsFindingsAndSummary) {
  const std::string text = RenderTable(Sample(), {.colour = false, .width = 80});
  EXPECT_NE(text.find("CAD-2     O conforms"), std::string::npos);
  EXPECT_NE(text.find("PRE-5 violates by tier X"), std::string::npos);
  EXPECT_NE(text.find("shallow_sleep duration_ns=20"), std::string::npos);
  EXPECT_NE(text.find("replay: proctor check go"), std::string::npos);
  EXPECT_NE(text.find("1 conforms, 1 violates, 1 not_exercised; exit status 1"), std::string::npos);
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_NE(RenderTable(Sample(), {.colour = true}).find("\033[1;31mviolates"), std::string::npos);
}

TEST(Findings, WhatIsSaidOfSeveralClausesIsSaidOnce) {
  Results results = Sample();
  for (const ClauseId clause : {ClauseId::kDEEP_4, ClauseId::kDEEP_14}) {
    results.verdicts.push_back({MakeRuling(clause, kO, Verdict::kCrash), false, "replay this"});
  }
  results.verdicts.push_back({MakeRuling(ClauseId::kTRC_1, kO, Verdict::kCrash), true, ""});
  const std::string table = RenderTable(results, {});
  EXPECT_NE(table.find("\n2 crash: told\n  DEEP-4.O, DEEP-14.O\n  replay: replay this\n"),
            std::string::npos)
      << table;
  EXPECT_NE(RenderMarkdown(results).find("### 2 crash\n\ntold\n\nDEEP-4.O, DEEP-14.O\n"),
            std::string::npos);
}

TEST(Findings, EveryViolationStandsAlone) {
  Results results = Sample();
  for (const ClauseId clause : {ClauseId::kPRE_5, ClauseId::kSLICE_3}) {
    results.verdicts.push_back({MakeRuling(clause, kX, Verdict::kViolates), true, ""});
  }
  EXPECT_EQ(FindingsOf(results).size(), 3u);
}

TEST(JUnit, CountsAndEscapes) {
  pugi::xml_document document;
  const std::string text = RenderJUnit(Sample());
  ASSERT_TRUE(document.load_string(text.c_str())) << text;
  const pugi::xml_node pre = document.select_node("//testsuite[@name='PRE']").node();
  EXPECT_EQ(pre.attribute("tests").as_int(), 1);
  EXPECT_EQ(pre.attribute("failures").as_int(), 1);
  EXPECT_TRUE(document.select_node("//testcase[@name='PRE-5.X']/failure").node());
  EXPECT_TRUE(document.select_node("//testcase[@name='CAD-3.O']/skipped").node());
  EXPECT_EQ(text.find('\x01'), std::string::npos);
}

TEST(Markdown, KeepsItsTableWhole) {
  const std::string text = RenderMarkdown(Sample());
  EXPECT_NE(text.find("| CAD-2 | O | conforms | 3 | told |\n"), std::string::npos);
  EXPECT_NE(text.find("a &lt;b&gt; &amp; \"c\" \\| d next? line ?"), std::string::npos);
  EXPECT_NE(text.find("### PRE-5 violates (X)"), std::string::npos);
}

}  // namespace
}  // namespace proctor
