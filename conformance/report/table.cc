#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "conformance/report/findings.h"
#include "conformance/report/foreign_text.h"
#include "conformance/report/render.h"

namespace proctor {
namespace {

constexpr std::string_view kReset = "\033[0m";

std::string_view ColourOf(const Result& result) {
  if (!result.expected) return "\033[1;31m";
  switch (result.ruling.verdict) {
    case Verdict::kConforms:
      return "\033[32m";
    case Verdict::kViolates:
      return "\033[33m";
    case Verdict::kInconclusive:
      return "\033[33m";
    default:
      return "\033[2m";
  }
}

// Cut to `width` columns.
std::string Fit(const std::string& text, int width) {
  const auto most = static_cast<size_t>(std::max(width, 8));
  if (text.size() <= most) return text;
  return std::string(CutAt(text, most - 3)) + "...";
}

std::string Row(const Result& result, const TableOptions& options) {
  const Ruling& ruling = result.ruling;
  const std::string verdict(VerdictName(ruling.verdict));
  std::string row = fmt::format("{:9} {} ", ClauseName(ruling.clause), TierName(ruling.tier));
  row += options.colour ? fmt::format("{}{:14}{}", ColourOf(result), verdict, kReset)
                        : fmt::format("{:14}", verdict);
  constexpr int kColumnsBefore = 37;
  row += fmt::format(" {:>9}  {}", ruling.triggers,
                     Fit(ruling.message, options.width - kColumnsBefore));
  while (row.ends_with(' ')) row.pop_back();
  return row + "\n";
}

std::string InFull(const Finding& finding) {
  const Result& result = *finding.front();
  const Ruling& ruling = result.ruling;
  std::string text =
      finding.size() > 1
          ? fmt::format("\n{} {}: {}\n  {}\n", finding.size(), VerdictName(ruling.verdict),
                        ruling.message, NamesIn(finding))
          : fmt::format("\n{} {}{} by tier {}: {}\n", ClauseName(ruling.clause),
                        VerdictName(ruling.verdict), result.expected ? ", as expected," : "",
                        TierName(ruling.tier), ruling.message);
  for (const Event& event : ruling.evidence) text += "    " + Describe(event) + "\n";
  if (result.scenario) text += "  scenario: " + FormatScenario(*result.scenario) + "\n";
  if (!result.replay.empty()) text += "  replay: " + result.replay + "\n";
  return text;
}

std::string Summary(const Results& results) {
  std::map<Verdict, int> counts;
  for (const Result& result : results.verdicts) ++counts[result.ruling.verdict];
  std::string text;
  for (const auto& [verdict, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, VerdictName(verdict));
  }
  return text.empty() ? "no verdicts" : text;
}

}  // namespace

std::string RenderTable(const Results& foreign, const TableOptions& options) {
  const Results results = CleanResults(foreign, Medium::kTerminal);
  std::string text =
      fmt::format("{}, profile {}\n\n{:9} {} {:14} {:>9}\n", TitleOf(results),
                  ProfileName(results.profile), "clause", "T", "verdict", "triggers");
  for (const Result& result : results.verdicts) text += Row(result, options);
  for (const Finding& finding : FindingsOf(results)) text += InFull(finding);
  if (!results.unjudged.empty()) text += "\n";
  for (const std::string& line : results.unjudged) text += "not judged: " + line + "\n";
  return text + fmt::format("\n{}; exit status {}\n", Summary(results), results.exit_status);
}

}  // namespace proctor
