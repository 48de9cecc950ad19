#include <fmt/core.h>

#include "conformance/report/findings.h"
#include "conformance/report/foreign_text.h"
#include "conformance/report/render.h"

namespace proctor {
namespace {

// Longer than any run of backticks in what it encloses.
std::string FenceAround(const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  return fence + "\n";
}

std::string InFull(const Finding& finding) {
  const Result& result = *finding.front();
  const Ruling& ruling = result.ruling;
  std::string text =
      finding.size() > 1
          ? fmt::format("\n### {} {}\n\n{}\n\n{}\n\n", finding.size(), VerdictName(ruling.verdict),
                        ruling.message, NamesIn(finding))
          : fmt::format("\n### {} {} ({}{})\n\n{}\n\n> {}\n\n", ClauseName(ruling.clause),
                        VerdictName(ruling.verdict), TierName(ruling.tier),
                        result.expected ? ", expected" : "", ruling.message,
                        Clean(GetClause(ruling.clause).text, Medium::kMarkdown));
  std::string block;
  for (const Event& event : ruling.evidence) block += Describe(event) + "\n";
  if (result.scenario) block += FormatScenario(*result.scenario) + "\n";
  if (!result.replay.empty()) block += result.replay + "\n";
  const std::string fence = FenceAround(block);
  return text + fence + block + fence;
}

}  // namespace

std::string RenderMarkdown(const Results& foreign) {
  const Results results = CleanResults(foreign, Medium::kMarkdown);
  std::string text = fmt::format(
      "# {}\n\nProfile {}, exit status {}.\n\n"
      "| clause | tier | verdict | triggers | |\n|---|---|---|---:|---|\n",
      TitleOf(results), ProfileName(results.profile), results.exit_status);
  for (const Result& result : results.verdicts) {
    const Ruling& ruling = result.ruling;
    text +=
        fmt::format("| {} | {} | {}{} | {} | {} |\n", ClauseName(ruling.clause),
                    TierName(ruling.tier), VerdictName(ruling.verdict),
                    result.expected ? "" : " **(not expected)**", ruling.triggers, ruling.message);
  }
  if (!results.unjudged.empty()) text += "\n## Not judged\n\n";
  for (const std::string& line : results.unjudged) text += "- " + line + "\n";
  const std::vector<Finding> findings = FindingsOf(results);
  if (!findings.empty()) text += "\n## Findings\n";
  for (const Finding& finding : findings) text += InFull(finding);
  return text;
}

}  // namespace proctor
