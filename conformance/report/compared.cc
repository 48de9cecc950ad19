#include "conformance/report/compared.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "conformance/json/json.h"
#include "conformance/report/foreign_text.h"

namespace proctor {
namespace {

constexpr double kAlpha = 0.01;

std::vector<std::string> NamesIn(std::span<const Results> results) {
  std::vector<std::string> names;
  std::map<std::string, int> seen;
  for (const Results& one : results) {
    const bool is_in_version = one.version.starts_with(one.implementation);
    std::string name = is_in_version ? one.version : one.implementation + " " + one.version;
    const int times = ++seen[name];
    names.push_back(times > 1 ? fmt::format("{} (#{})", name, times) : name);
  }
  return names;
}

const Latency* FindLatency(const std::vector<Latency>& latencies, const std::string& name) {
  const auto found = std::ranges::find(latencies, name, &Latency::name);
  return found == latencies.end() || found->medians_ns.empty() ? nullptr : &*found;
}

void CompareLatency(std::span<const Results> results, const Latency& first, double alpha,
                    Compared& compared) {
  for (size_t who = 0; who < results.size(); ++who) {
    const Latency* latency = FindLatency(results[who].latencies, first.name);
    if (latency == nullptr) continue;
    ComparedLatency one{.name = first.name,
                        .who = who,
                        .median_ns = Median(latency->medians_ns),
                        .interval_ns = BootstrapMedian(latency->medians_ns),
                        .p99_ns = latency->durations_ns.Quantile(0.99),
                        .stamped = latency->stamped};
    const Latency* floor = FindLatency(results[who].floors, latency->floor);
    if (floor != nullptr) one.floors = one.median_ns / std::max(Median(floor->medians_ns), 1.0);
    one.has_first = !first.medians_ns.empty();
    if (who > 0 && one.has_first) {
      one.ratio = one.median_ns / std::max(Median(first.medians_ns), 1.0);
      one.p_value = MannWhitney(first.medians_ns, latency->medians_ns);
      const double change = std::max(one.ratio, 1 / std::max(one.ratio, 1e-9)) - 1;
      one.differs = one.p_value < alpha && change > compared.least_effect;
    }
    compared.latencies.push_back(std::move(one));
  }
}

bool IsOnCurve(const Latency& latency) { return !latency.grows_with.empty(); }

bool IsUsage(const Latency& latency) { return !IsOnCurve(latency) && latency.unit != kUnits[0]; }

bool IsTested(const Latency& latency) { return !IsOnCurve(latency) && !IsUsage(latency); }

void AddToCurves(const Latency& latency, size_t who, std::vector<ComparedCurve>& curves) {
  if (!IsOnCurve(latency) || latency.medians_ns.empty()) return;
  auto curve = std::ranges::find_if(curves, [&](const ComparedCurve& one) {
    return one.about == latency.about && one.grows_with == latency.grows_with && one.who == who;
  });
  if (curve == curves.end()) {
    curves.push_back({.about = latency.about,
                      .unit = latency.unit,
                      .grows_with = latency.grows_with,
                      .who = who});
    curve = curves.end() - 1;
  }
  curve->points.emplace_back(latency.at, Median(latency.medians_ns));
}

std::optional<Verdict> VerdictIn(const Results& results, ClauseId clause, Tier tier) {
  for (const Result& result : results.verdicts) {
    if (result.ruling.clause == clause && result.ruling.tier == tier) return result.ruling.verdict;
  }
  return std::nullopt;
}

bool Differ(const ComparedClause& compared) {
  return std::ranges::any_of(compared.verdicts, [&](const std::optional<Verdict>& verdict) {
    return verdict != compared.verdicts.front();
  });
}

std::string Floors(const ComparedLatency& latency) {
  return latency.floors > 0 ? fmt::format("{:.3g}", latency.floors) : "";
}

std::string PointsOf(const ComparedCurve& curve) {
  std::string text;
  for (const auto& [at, median] : curve.points) {
    text += fmt::format("  {}: {}", at, QuantityText(median, curve.unit));
  }
  return text;
}

std::string Duration(double ns) { return QuantityText(ns, std::string(kUnits[0])); }

// What was measured while every operation was stamped is marked.
std::string MarkedMedian(const std::string& median, bool stamped) {
  return stamped ? median + " *" : median;
}

constexpr std::string_view kStampedNote =
    "*: the adapter stamps every operation, and the stamps are in it";

bool HasStamped(const Compared& compared) {
  const auto stamped = [](const auto& one) { return one.stamped; };
  return std::ranges::any_of(compared.latencies, stamped) ||
         std::ranges::any_of(compared.usages, stamped);
}

std::string AgainstTheFirst(const ComparedLatency& latency) {
  if (latency.who == 0) return "";
  if (!latency.has_first) return "the first has none";
  const std::string what = !latency.differs    ? "no difference"
                           : latency.ratio > 1 ? "SLOWER"
                                               : "faster";
  return fmt::format("{} (x {:.3g}, p = {:.2g})", what, latency.ratio, latency.p_value);
}

std::string VerdictText(const std::optional<Verdict>& verdict) {
  return verdict ? std::string(VerdictName(*verdict)) : "-";
}

// The clauses that are decided differently, and how many are not.
std::pair<std::vector<const ComparedClause*>, size_t> Differences(const Compared& compared) {
  std::vector<const ComparedClause*> differ;
  for (const ComparedClause& clause : compared.clauses) {
    if (Differ(clause)) differ.push_back(&clause);
  }
  return {differ, compared.clauses.size() - differ.size()};
}

}  // namespace

std::string QuantityText(double value, const std::string& unit) {
  if (unit == "per_second") return fmt::format("{:.4g} a second", value);
  if (unit == "cpu_ns_per_second") return fmt::format("{:.3g} % of a core", value / 1e7);
  if (unit == "bytes") {
    return value >= 1 << 20 ? fmt::format("{:.3g} MiB", value / (1 << 20))
                            : fmt::format("{:.3g} KiB", value / (1 << 10));
  }
  if (value >= 1e6) return fmt::format("{:.3g} ms", value / 1e6);
  if (value >= 1e3) return fmt::format("{:.3g} us", value / 1e3);
  return fmt::format("{:.0f} ns", value);
}

std::vector<ComparedUsage> UsagesOf(std::span<const Results> results) {
  std::vector<ComparedUsage> usages;
  for (size_t who = 0; who < results.size(); ++who) {
    for (const Latency& latency : results[who].latencies) {
      if (!IsUsage(latency) || latency.medians_ns.empty()) continue;
      usages.push_back({.name = latency.name,
                        .about = latency.about,
                        .unit = latency.unit,
                        .who = who,
                        .median = Median(latency.medians_ns),
                        .interval = BootstrapMedian(latency.medians_ns),
                        .stamped = latency.stamped});
    }
  }
  // By figure, in the order in which they are first seen.
  std::map<std::string, size_t> places;
  for (const ComparedUsage& usage : usages) places.try_emplace(usage.name, places.size());
  std::ranges::stable_sort(usages, {},
                           [&](const ComparedUsage& usage) { return places[usage.name]; });
  return usages;
}

std::vector<ComparedCurve> CurvesOf(std::span<const Results> results) {
  std::vector<ComparedCurve> curves;
  for (size_t who = 0; who < results.size(); ++who) {
    for (const Latency& latency : results[who].latencies) AddToCurves(latency, who, curves);
  }
  for (ComparedCurve& curve : curves) std::ranges::sort(curve.points);
  std::ranges::stable_sort(curves, {}, [](const ComparedCurve& curve) {
    return std::pair(curve.grows_with, curve.about);
  });
  return curves;
}

Compared Compare(std::span<const Results> results, double least_effect) {
  Compared compared{.names = NamesIn(results), .least_effect = least_effect};
  if (results.empty()) return compared;
  const auto tested = std::ranges::count_if(results.front().latencies, IsTested);
  const auto tests = static_cast<double>(tested) * static_cast<double>(results.size() - 1);
  compared.curves = CurvesOf(results);
  compared.usages = UsagesOf(results);
  for (const Latency& latency : results.front().latencies) {
    if (!IsTested(latency)) continue;
    CompareLatency(results, latency, kAlpha / std::max(tests, 1.0), compared);
  }
  for (const Clause& clause : Clauses()) {
    for (const Tier tier : kTiers) {
      ComparedClause row{.clause = clause.id, .tier = tier, .verdicts = {}};
      for (const Results& one : results) row.verdicts.push_back(VerdictIn(one, clause.id, tier));
      const bool has_any = std::ranges::any_of(row.verdicts, [](const auto& v) { return !!v; });
      if (has_any) compared.clauses.push_back(std::move(row));
    }
  }
  return compared;
}

std::vector<std::string> Regressions(const Compared& compared) {
  std::vector<std::string> lines;
  for (const ComparedClause& clause : compared.clauses) {
    const std::optional<Verdict>& last = clause.verdicts.back();
    if (clause.verdicts.front() != Verdict::kConforms || last == Verdict::kConforms) continue;
    if (last && IsDecided(*last)) {
      const bool violated = last == Verdict::kViolates;
      lines.push_back(fmt::format("{}.{} was kept and is {}", ClauseName(clause.clause),
                                  TierName(clause.tier),
                                  violated ? "violated" : VerdictName(*last)));
    }
  }
  for (const ComparedLatency& latency : compared.latencies) {
    if (latency.who + 1 == compared.names.size() && latency.differs && latency.ratio > 1) {
      lines.push_back(fmt::format("{} is slower: x {:.3g}", latency.name, latency.ratio));
    }
  }
  return lines;
}

std::vector<std::string> NoLongerDecided(const Compared& compared) {
  std::vector<std::string> lines;
  for (const ComparedClause& clause : compared.clauses) {
    const std::optional<Verdict>& last = clause.verdicts.back();
    if (clause.verdicts.front() != Verdict::kConforms || (last && IsDecided(*last))) continue;
    lines.push_back(fmt::format("{}.{} was kept and is not decided now: {}",
                                ClauseName(clause.clause), TierName(clause.tier),
                                last ? VerdictName(*last) : "it is missing"));
  }
  return lines;
}

std::string RenderCompared(const Compared& compared) {
  std::string text;
  const auto name = [&](size_t who) { return Clean(compared.names[who], Medium::kTerminal, 40); };
  for (const ComparedLatency& latency : compared.latencies) {
    if (text.empty()) {
      text =
          fmt::format("{:22} {:24} {:>10}  {:24} {:>10}  {:>9}  {}\n", "latency", "implementation",
                      "median", "95 % interval", "p99", "x floor", "against the first");
    }
    text += fmt::format(
        "{:22} {:24} {:>10}  {:24} {:>10}  {:>9}  {}\n", Clean(latency.name, Medium::kTerminal, 64),
        name(latency.who), MarkedMedian(Duration(latency.median_ns), latency.stamped),
        fmt::format("{} to {}", Duration(latency.interval_ns.low),
                    Duration(latency.interval_ns.high)),
        Duration(static_cast<double>(latency.p99_ns)), Floors(latency), AgainstTheFirst(latency));
  }
  for (size_t i = 0; i < compared.usages.size(); ++i) {
    const ComparedUsage& usage = compared.usages[i];
    const bool is_first = i == 0 || compared.usages[i - 1].name != usage.name;
    if (is_first) text += Clean(usage.about, Medium::kTerminal, 80) + ":\n";
    text += fmt::format("  {:24} {:>20}\n", name(usage.who),
                        MarkedMedian(QuantityText(usage.median, usage.unit), usage.stamped));
  }
  for (const ComparedCurve& curve : compared.curves) {
    text += fmt::format("{} by {}, {}:{}\n", Clean(curve.about, Medium::kTerminal, 80),
                        Clean(curve.grows_with, Medium::kTerminal, 40), name(curve.who),
                        PointsOf(curve));
  }
  if (HasStamped(compared)) text += std::string(kStampedNote) + "\n";
  if (compared.clauses.empty()) return text + "\n";
  const auto [differ, same] = Differences(compared);
  text += fmt::format("\n{} verdicts are the same, {} differ\n", same, differ.size());
  for (const ComparedClause* clause : differ) {
    text += fmt::format("{:9} {}", ClauseName(clause->clause), TierName(clause->tier));
    for (size_t i = 0; i < clause->verdicts.size(); ++i) {
      text += fmt::format("  {}: {}", name(i), VerdictText(clause->verdicts[i]));
    }
    text += "\n";
  }
  return text + "\n";
}

std::string RenderComparedMarkdown(const Compared& compared) {
  const auto name = [&](size_t who) { return Clean(compared.names[who], Medium::kMarkdown, 60); };
  std::string text = "# Compared\n\n";
  if (!compared.latencies.empty()) {
    text +=
        "| latency | implementation | median | 95 % interval | p99 | times the floor | against the "
        "first |\n|---|---|---:|---|---:|---:|---|\n";
  }
  for (const ComparedLatency& latency : compared.latencies) {
    text += fmt::format(
        "| {} | {} | {} | {} to {} | {} | {} | {} |\n", Clean(latency.name, Medium::kMarkdown, 64),
        name(latency.who), MarkedMedian(Duration(latency.median_ns), latency.stamped),
        Duration(latency.interval_ns.low), Duration(latency.interval_ns.high),
        Duration(static_cast<double>(latency.p99_ns)), Floors(latency), AgainstTheFirst(latency));
  }
  if (!compared.usages.empty()) {
    text += "\n| what is used | implementation | median | 95 % interval |\n|---|---|---:|---|\n";
  }
  for (const ComparedUsage& usage : compared.usages) {
    text += fmt::format("| {} | {} | {} | {} to {} |\n", Clean(usage.about, Medium::kMarkdown, 80),
                        name(usage.who),
                        MarkedMedian(QuantityText(usage.median, usage.unit), usage.stamped),
                        QuantityText(usage.interval.low, usage.unit),
                        QuantityText(usage.interval.high, usage.unit));
  }
  if (!compared.curves.empty()) {
    text += "\n| grows with | latency | implementation | medians |\n|---|---|---|---|\n";
  }
  for (const ComparedCurve& curve : compared.curves) {
    text +=
        fmt::format("| {} | {} | {} |{} |\n", Clean(curve.grows_with, Medium::kMarkdown, 40),
                    Clean(curve.about, Medium::kMarkdown, 80), name(curve.who), PointsOf(curve));
  }
  if (HasStamped(compared)) text += fmt::format("\n\\{}\n", kStampedNote);
  text += "\n| clause | tier |";
  std::string rule = "|---|---|";
  for (size_t i = 0; i < compared.names.size(); ++i) {
    text += fmt::format(" {} |", name(i));
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const ComparedClause& clause : compared.clauses) {
    text += fmt::format("| {} | {} |", ClauseName(clause.clause), TierName(clause.tier));
    for (const auto& verdict : clause.verdicts) text += fmt::format(" {} |", VerdictText(verdict));
    text += "\n";
  }
  return text;
}

std::string FormatCompared(const Compared& compared) {
  Json latencies = Json::array(), usages = Json::array(), curves = Json::array(),
       clauses = Json::array();
  for (const ComparedLatency& latency : compared.latencies) {
    latencies.push_back({{"name", latency.name},
                         {"implementation", compared.names[latency.who]},
                         {"median_ns", latency.median_ns},
                         {"interval_ns", {latency.interval_ns.low, latency.interval_ns.high}},
                         {"p99_ns", latency.p99_ns},
                         {"ratio", latency.ratio},
                         {"p_value", latency.p_value},
                         {"differs", latency.differs},
                         {"times_the_floor", latency.floors},
                         {"stamped", latency.stamped}});
  }
  for (const ComparedUsage& usage : compared.usages) {
    usages.push_back({{"name", usage.name},
                      {"about", usage.about},
                      {"unit", usage.unit},
                      {"implementation", compared.names[usage.who]},
                      {"median", usage.median},
                      {"interval", {usage.interval.low, usage.interval.high}},
                      {"stamped", usage.stamped}});
  }
  for (const ComparedCurve& curve : compared.curves) {
    curves.push_back({{"about", curve.about},
                      {"unit", curve.unit},
                      {"grows_with", curve.grows_with},
                      {"implementation", compared.names[curve.who]},
                      {"points", curve.points}});
  }
  for (const ComparedClause& clause : compared.clauses) {
    Json verdicts = Json::array();
    for (const auto& verdict : clause.verdicts) {
      verdicts.push_back(verdict ? Json(VerdictName(*verdict)) : Json());
    }
    clauses.push_back({{"clause", ClauseName(clause.clause)},
                       {"tier", TierName(clause.tier)},
                       {"verdicts", std::move(verdicts)}});
  }
  const Json json = {{"schema", "proctor-comparison/1"},      {"implementations", compared.names},
                     {"least_effect", compared.least_effect}, {"latencies", std::move(latencies)},
                     {"usages", std::move(usages)},           {"curves", std::move(curves)},
                     {"clauses", std::move(clauses)}};
  return json.dump(1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

}  // namespace proctor
