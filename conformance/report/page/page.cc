#include "conformance/report/page/page.h"

#include <fmt/core.h>

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "conformance/report/compared.h"
#include "conformance/report/findings.h"
#include "conformance/report/foreign_text.h"
#include "conformance/report/page/chart_data.h"
#include "conformance/report/page/page_files.h"
#include "conformance/report/page/page_rows.h"

namespace proctor {
namespace {

using kainjow::mustache::data;
using List = data::type;

// Everything that the page says, part by part.
class Page {
 public:
  explicit Page(std::vector<Results> results)
      : results_(std::move(results)), names_(NamesOf(results_)) {
    for (const Results& results : results_) {
      for (const Result& result : results.verdicts) {
        tiers_ |= result.ruling.tier;
        clauses_.insert(result.ruling.clause);
      }
    }
  }

  std::string Render();

 private:
  void AddSubjects();
  void AddFilters();
  void AddMatrix();
  data Row(const Clause& clause) const;
  data Cell(ClauseId clause, size_t subject, Tier tier) const;
  void AddFindings();
  void AddFinding(const Finding& finding, size_t subject, data& list) const;
  void AddLatencies();
  void AddUsages();
  void AddCadences();
  void AddClauses();
  data Part(const Clause& clause) const;
  void AddSurroundings();

  const Result* Find(ClauseId clause, size_t subject, Tier tier) const;
  TierSet TiersOf(size_t subject) const;
  bool Differs(ClauseId clause) const;

  const std::vector<Results> results_;
  const std::vector<std::string> names_;
  TierSet tiers_ = 0;
  std::set<ClauseId> clauses_;  // in the order of the contract
  data page_;
};

const Result* Page::Find(ClauseId clause, size_t subject, Tier tier) const {
  for (const Result& result : results_[subject].verdicts) {
    if (result.ruling.clause == clause && result.ruling.tier == tier) return &result;
  }
  return nullptr;
}

TierSet Page::TiersOf(size_t subject) const {
  TierSet tiers = 0;
  for (const Result& result : results_[subject].verdicts) tiers |= result.ruling.tier;
  return tiers;
}

// Whether two implementations have different verdicts by the same tier.
bool Page::Differs(ClauseId clause) const {
  for (const Tier tier : kTiers) {
    std::set<Verdict> verdicts;
    for (size_t i = 0; i < results_.size(); ++i) {
      if (const Result* result = Find(clause, i, tier)) verdicts.insert(result->ruling.verdict);
    }
    if (verdicts.size() > 1) return true;
  }
  return false;
}

void Page::AddSubjects() {
  data subjects(List::list);
  std::string title;
  for (size_t i = 0; i < results_.size(); ++i) {
    const Results& results = results_[i];
    title += (title.empty() ? "" : ", ") + names_[i];
    std::map<Verdict, int> counts;
    for (const Result& result : results.verdicts) ++counts[result.ruling.verdict];
    data list(List::list);
    for (const auto& [verdict, count] : counts) {
      data entry;
      entry.set("count", std::to_string(count));
      entry.set("count_name", Words(verdict));
      entry.set("count_class", std::string(VerdictName(verdict)));
      list.push_back(entry);
    }
    data subject;
    subject.set("subject_name", names_[i]);
    subject.set("subject_profile", std::string(ProfileName(results.profile)));
    subject.set("subject_status", std::to_string(results.exit_status));
    subject.set("subject_counts", list);
    subjects.push_back(subject);
  }
  page_.set("title", title);
  page_.set("subjects", subjects);
  page_.set("is_comparison", results_.size() > 1);
}

void Page::AddFilters() {
  std::set<Verdict> verdicts;
  for (const Results& results : results_) {
    for (const Result& result : results.verdicts) verdicts.insert(result.ruling.verdict);
  }
  data verdict_names(List::list), tier_names(List::list), sections(List::list);
  for (const Verdict verdict : verdicts) {
    data entry;
    entry.set("verdict_name", Words(verdict));
    entry.set("verdict_class", std::string(VerdictName(verdict)));
    verdict_names.push_back(entry);
  }
  for (const Tier tier : kTiers) {
    if ((tiers_ & tier) != 0) tier_names.push_back({"tier_name", std::string(TierName(tier))});
  }
  std::set<std::string_view> seen;
  for (const ClauseId id : clauses_) {
    const Clause& clause = GetClause(id);
    if (!seen.insert(clause.section).second) continue;
    data entry;
    entry.set("section_name", std::string(clause.section));
    entry.set("section_title", std::string(clause.section_title));
    sections.push_back(entry);
  }
  page_.set("verdict_names", verdict_names);
  page_.set("tier_names", tier_names);
  page_.set("sections", sections);
}

data Page::Cell(ClauseId clause, size_t subject, Tier tier) const {
  data cell;
  const Result* result = Find(clause, subject, tier);
  cell.set("cell_tier", std::string(TierName(tier)));
  cell.set("cell_class", result ? std::string(VerdictName(result->ruling.verdict)) : "");
  cell.set("cell_unexpected", result != nullptr && !result->expected);
  if (result == nullptr) return cell;
  cell.set("cell_mark", MarkOf(result->ruling.verdict));
  cell.set("cell_word", Words(result->ruling.verdict));
  return cell;
}

data Page::Row(const Clause& clause) const {
  data cells(List::list);
  for (size_t i = 0; i < results_.size(); ++i) {
    const TierSet tiers = TiersOf(i);
    for (const Tier tier : kTiers) {
      if ((tiers & tier) != 0) cells.push_back(Cell(clause.id, i, tier));
    }
  }
  data row;
  row.set("row_clause", std::string(clause.name));
  row.set("row_section", std::string(clause.section));
  const std::string text = Clean(clause.text, Medium::kTerminal);
  row.set("row_words", fmt::format("{} {} {}", clause.name, clause.section_title, text));
  constexpr size_t kTextMost = 140;
  row.set("row_text", text.size() > kTextMost ? std::string(CutAt(text, kTextMost)) + "..." : text);
  row.set("row_different", Differs(clause.id) ? "yes" : "no");
  row.set("cells", cells);
  return row;
}

void Page::AddMatrix() {
  data columns(List::list), tier_columns(List::list), rows(List::list);
  int all_width = 0;
  for (size_t i = 0; i < results_.size(); ++i) {
    const TierSet tiers = TiersOf(i);
    int width = 0;
    for (const Tier tier : kTiers) {
      if ((tiers & tier) == 0) continue;
      ++width;
      tier_columns.push_back({"tier_column", std::string(TierName(tier))});
    }
    if (width == 0) continue;
    all_width += width;
    data column;
    column.set("column_name", names_[i]);
    column.set("column_width", std::to_string(width));
    columns.push_back(column);
  }
  for (const ClauseId id : clauses_) rows.push_back(Row(GetClause(id)));
  // From here on the words in the cells leave no place for anything else.
  constexpr int kWideMost = 6;
  page_.set("has_many_columns", all_width > kWideMost);
  page_.set("columns", columns);
  page_.set("tier_columns", tier_columns);
  page_.set("rows", rows);
}

void Page::AddFinding(const Finding& finding, size_t subject, data& list) const {
  const Result& result = *finding.front();
  data entry;
  entry.set("finding_title",
            fmt::format("{} {}{}: {}", NamesIn(finding), Words(result.ruling.verdict),
                        result.expected ? ", as expected" : "", names_[subject]));
  entry.set("finding_class", std::string(VerdictName(result.ruling.verdict)));
  entry.set("finding_message", result.ruling.message);
  data events(List::list);
  for (const Event& event : result.ruling.evidence) {
    events.push_back(EventRow(event, result.ruling.evidence.front().time_ns));
  }
  entry.set("has_events", !result.ruling.evidence.empty());
  entry.set("events", events);
  if (result.scenario) entry.set("finding_scenario", FormatScenario(*result.scenario));
  if (!result.replay.empty()) entry.set("finding_replay", result.replay);
  list.push_back(entry);
}

void Page::AddFindings() {
  data list(List::list);
  for (size_t i = 0; i < results_.size(); ++i) {
    for (const Finding& finding : FindingsOf(results_[i])) AddFinding(finding, i, list);
  }
  page_.set("has_findings", !list.is_empty_list());
  page_.set("findings", list);
}

void Page::AddLatencies() {
  data list(List::list);
  const auto add = [&](const Latency& latency, const std::string& who,
                       const std::vector<Latency>& floors) {
    if (latency.durations_ns.count() == 0 || latency.unit != kUnits[0]) return;
    data row = LatencyRow({.durations_ns = latency.durations_ns});
    row.set("latency_name", latency.name);
    row.set("latency_clause", false);
    row.set("latency_who", latency.stamped ? who + " *" : who);
    row.set("latency_tier", "");
    const auto floor = std::ranges::find(floors, latency.floor, &Latency::name);
    if (floor != floors.end()) {
      row.set("latency_floors", TimesTheFloor(latency.durations_ns, floor->durations_ns));
    }
    list.push_back(row);
  };
  if (!results_.empty()) {
    for (const Latency& floor : results_[0].floors) add(floor, "the machine alone", {});
  }
  for (size_t i = 0; i < results_.size(); ++i) {
    for (const Latency& latency : results_[i].latencies) {
      add(latency, names_[i], results_[i].floors);
    }
  }
  for (const ClauseId id : clauses_) {
    for (size_t i = 0; i < results_.size(); ++i) {
      for (const Tier tier : kTiers) {
        const Result* result = Find(id, i, tier);
        if (result == nullptr || !result->ruling.measured) continue;
        data row = LatencyRow(*result->ruling.measured);
        row.set("latency_clause", std::string(ClauseName(id)));
        row.set("latency_name", false);
        row.set("latency_who", names_[i]);
        row.set("latency_tier", std::string(TierName(tier)));
        list.push_back(row);
      }
    }
  }
  page_.set("has_latencies", !list.is_empty_list());
  page_.set("latencies", list);
  page_.set("has_curves", !CurvesOf(results_).empty());
}

void Page::AddUsages() {
  data columns(List::list);
  for (const std::string& name : names_) columns.push_back({"usage_column", name});
  bool has_stamped = false;
  const data rows = UsageRows(results_, has_stamped);
  page_.set("has_usages", !rows.is_empty_list());
  page_.set("usages_stamped", has_stamped);
  page_.set("usage_columns", columns);
  page_.set("usages", rows);
}

void Page::AddCadences() {
  data list(List::list);
  for (size_t i = 0; i < results_.size(); ++i) {
    for (const Cadence& cadence : results_[i].cadences) {
      if (cadence.events.empty()) continue;
      list.push_back(CadenceRow(
          cadence, results_.size() > 1 ? names_[i] + ": " + cadence.name : cadence.name));
    }
  }
  page_.set("has_cadences", !list.is_empty_list());
  page_.set("cadences", list);
}

data Page::Part(const Clause& clause) const {
  data verdicts(List::list);
  std::string summary;
  for (size_t i = 0; i < results_.size(); ++i) {
    for (const Tier tier : kTiers) {
      const Result* result = Find(clause.id, i, tier);
      if (result == nullptr) continue;
      const Ruling& ruling = result->ruling;
      data row;
      row.set("verdict_who", names_[i]);
      row.set("verdict_tier", std::string(TierName(tier)));
      row.set("verdict_class", std::string(VerdictName(ruling.verdict)));
      row.set("verdict_word", Words(ruling.verdict));
      row.set("verdict_unexpected", !result->expected);
      row.set("verdict_triggers", std::to_string(ruling.triggers));
      row.set("verdict_measured", ruling.measured ? MeasuredText(*ruling.measured) : "");
      row.set("verdict_message", ruling.message);
      row.set("verdict_replay", result->replay);
      if (result->replay.empty()) row.set("verdict_replay", false);
      verdicts.push_back(row);
      summary += fmt::format("{}{} {}", summary.empty() ? "" : ", ", TierName(tier),
                             Words(ruling.verdict));
    }
  }
  data part;
  part.set("part_clause", std::string(clause.name));
  part.set("part_summary", summary);
  part.set("part_text", Clean(clause.text, Medium::kTerminal));
  part.set("part_level", std::string(LevelName(clause.level)));
  part.set("part_kind", std::string(KindName(clause.kind)));
  part.set("part_section", fmt::format("{} ({})", clause.section, clause.section_title));
  part.set("part_tiers", TierNames(clause.tiers));
  part.set("verdicts", verdicts);
  return part;
}

void Page::AddClauses() {
  data parts(List::list);
  for (const ClauseId id : clauses_) parts.push_back(Part(GetClause(id)));
  page_.set("parts", parts);
}

void Page::AddSurroundings() {
  data list(List::list);
  for (size_t i = 0; i < results_.size(); ++i) {
    const Results& results = results_[i];
    data unjudged(List::list);
    for (const std::string& line : results.unjudged) unjudged.push_back({"unjudged_line", line});
    std::string not_exercised;
    for (const Result& result : results.verdicts) {
      if (result.ruling.verdict != Verdict::kNotExercised) continue;
      not_exercised += fmt::format("{}{}.{}", not_exercised.empty() ? "" : ", ",
                                   ClauseName(result.ruling.clause), TierName(result.ruling.tier));
    }
    data entry;
    entry.set("surrounding_who", names_[i]);
    if (!results.machine.empty()) entry.set("surrounding_machine", results.machine);
    entry.set("surrounding_noise", NoiseText(results.noise));
    entry.set("unjudged", unjudged);
    entry.set("not_exercised", not_exercised.empty() ? "none" : not_exercised);
    list.push_back(entry);
  }
  page_.set("surroundings", list);
}

std::string Page::Render() {
  AddSubjects();
  AddFilters();
  AddMatrix();
  AddFindings();
  AddLatencies();
  AddUsages();
  AddCadences();
  AddClauses();
  AddSurroundings();
  page_.set("style", std::string(kPageStyle));
  page_.set("script", std::string(kPageScript));
  page_.set("chart_library", std::string(kChartLibrary));
  page_.set("chart_data", ChartData(results_));
  kainjow::mustache::mustache page{std::string(kPageTemplate)};
  return page.render(page_);
}

}  // namespace

std::string RenderPage(std::span<const Results> results) {
  std::vector<Results> clean;
  // The template escapes what HTML would read.
  for (const Results& one : results) clean.push_back(CleanResults(one, Medium::kTerminal));
  return Page(std::move(clean)).Render();
}

}  // namespace proctor
