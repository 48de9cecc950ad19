#include <fmt/format.h>

#include "conformance/report/findings.h"
#include "conformance/report/render.h"

namespace proctor {
namespace {

// A table's cell: no line break and no bar, and nothing that a page would take for markup.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    switch (c) {
      case '|':
        cell += "\\|";
        break;
      case '<':
        cell += "&lt;";
        break;
      case '>':
        cell += "&gt;";
        break;
      case '&':
        cell += "&amp;";
        break;
      default:
        cell += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return cell;
}

std::string InFull(const Finding& finding) {
  const Result& result = *finding.front();
  const Ruling& ruling = result.ruling;
  std::string text =
      finding.size() > 1
          ? fmt::format("\n### {} {}\n\n{}\n\n{}\n\n", finding.size(), VerdictName(ruling.verdict),
                        Cell(ruling.message), NamesIn(finding))
          : fmt::format("\n### {} {} ({}{})\n\n{}\n\n> {}\n\n", ClauseName(ruling.clause),
                        VerdictName(ruling.verdict), TierName(ruling.tier),
                        result.expected ? ", expected" : "", Cell(ruling.message),
                        Cell(GetClause(ruling.clause).text));
  text += "```\n";
  for (const Event& event : ruling.evidence) text += Describe(event) + "\n";
  if (!result.scenario.empty()) text += result.scenario + "\n";
  if (!result.replay.empty()) text += result.replay + "\n";
  return text + "```\n";
}

}  // namespace

std::string RenderMarkdown(const Results& results) {
  std::string text = fmt::format(
      "# {} {}\n\nProfile {}, exit status {}.\n\n"
      "| clause | tier | verdict | triggers | |\n|---|---|---|---:|---|\n",
      Cell(results.implementation), Cell(results.version), ProfileName(results.profile),
      results.exit_status);
  for (const Result& result : results.verdicts) {
    const Ruling& ruling = result.ruling;
    text += fmt::format("| {} | {} | {}{} | {} | {} |\n", ClauseName(ruling.clause),
                        TierName(ruling.tier), VerdictName(ruling.verdict),
                        result.expected ? "" : " **(not expected)**", ruling.triggers,
                        Cell(ruling.message));
  }
  const std::vector<Finding> findings = FindingsOf(results);
  if (!findings.empty()) text += "\n## Findings\n";
  for (const Finding& finding : findings) text += InFull(finding);
  return text;
}

}  // namespace proctor
