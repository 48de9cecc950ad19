#include "conformance/report/page/chart_data.h"

#include <fmt/core.h>

#include <map>
#include <utility>

#include "conformance/json/json.h"
#include "conformance/report/compared.h"

namespace proctor {
namespace {

Json PointsOf(const Histogram& histogram) {
  constexpr double kShares[] = {0,    0.1,  0.25,  0.5,   0.75,   0.9,    0.95,
                                0.98, 0.99, 0.995, 0.999, 0.9999, 0.99999};
  Json points = Json::array();
  for (const double share : kShares) {
    // A share that no sample stands for says nothing.
    if (share > 0.5 && static_cast<double>(histogram.count()) * (1 - share) < 1) break;
    points.push_back({share, histogram.Quantile(share)});
  }
  const double last = 1 - 1 / static_cast<double>(histogram.count() + 1);
  points.push_back({last, histogram.max()});
  return points;
}

// What no clause bounds, in the order of the results that have it first.
Json UnboundedOf(std::span<const Results> results, const std::vector<std::string>& names) {
  Json latencies = Json::array();
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < results.size(); ++i) {
    for (const Latency& latency : results[i].latencies) {
      if (latency.durations_ns.count() == 0 || !latency.grows_with.empty()) continue;
      if (latency.unit != kUnits[0]) continue;
      const auto [place, is_new] = places.try_emplace(latency.name, latencies.size());
      if (is_new) {
        latencies.push_back({{"title", fmt::format("{}: {}", latency.name, latency.about)},
                             {"bound_ns", 0},
                             {"series", Json::array()}});
      }
      latencies[place->second]["series"].push_back(
          {{"name", names[i] + (latency.stamped ? " *" : "")},
           {"n", latency.durations_ns.count()},
           {"points", PointsOf(latency.durations_ns)}});
    }
  }
  return latencies;
}

Json LatenciesOf(std::span<const Results> results) {
  const std::vector<std::string> names = NamesOf(results);
  std::map<ClauseId, Json> by_clause;
  for (size_t i = 0; i < results.size(); ++i) {
    for (const Result& result : results[i].verdicts) {
      const std::optional<Measured>& measured = result.ruling.measured;
      if (!measured || measured->durations_ns.count() == 0) continue;
      const auto [entry, is_new] = by_clause.try_emplace(result.ruling.clause);
      if (is_new) {
        const Clause& clause = GetClause(result.ruling.clause);
        entry->second = {{"title", fmt::format("{}: {}", clause.name, clause.section_title)},
                         {"bound_ns", measured->bound_ns},
                         {"series", Json::array()}};
      }
      entry->second["series"].push_back({{"name", names[i]},
                                         {"n", measured->durations_ns.count()},
                                         {"points", PointsOf(measured->durations_ns)}});
    }
  }
  Json latencies = UnboundedOf(results, names);
  for (auto& [clause, latency] : by_clause) latencies.push_back(std::move(latency));
  return latencies;
}

Json CurveDataOf(std::span<const Results> results) {
  const std::vector<std::string> names = NamesOf(results);
  Json curves = Json::array();
  std::map<std::pair<std::string, std::string>, size_t> places;
  for (const ComparedCurve& curve : CurvesOf(results)) {
    const auto [place, is_new] =
        places.try_emplace(std::pair(curve.grows_with, curve.about), curves.size());
    if (is_new) {
      curves.push_back({{"title", fmt::format("by {}: {}", curve.grows_with, curve.about)},
                        {"grows_with", curve.grows_with},
                        {"unit", curve.unit},
                        {"series", Json::array()}});
    }
    curves[place->second]["series"].push_back(
        {{"name", names[curve.who]}, {"points", curve.points}});
  }
  return curves;
}

// What the event is in the picture; empty: not in it. `delay_ns` is the last one asked for.
std::string_view MarkOf(const Event& event, int64_t& delay_ns) {
  switch (event.kind) {
    case EventKind::kShallowSleep:
      delay_ns = event.Get(Arg::kDurationNs);
      return "sleep";
    case EventKind::kDeepSleep:
      delay_ns = event.Get(Arg::kDurationNs);
      return "deep_sleep";
    case EventKind::kDeepWake:
      return event.Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kTimeout) ? "" : "woken";
    case EventKind::kPreemptSignal:
      return "preemption";
    case EventKind::kHandOff:
    case EventKind::kThreadStart:
    case EventKind::kThreadWake:
      return "hand_off";
    default:
      return "";
  }
}

Json CadenceToJson(const Cadence& cadence, const std::string& name) {
  Json points = Json::array();
  int64_t delay_ns = 1;
  const int64_t first_ns = cadence.events.front().time_ns;
  for (const Event& event : cadence.events) {
    const std::string_view mark = MarkOf(event, delay_ns);
    if (mark.empty()) continue;
    points.push_back({event.time_ns - first_ns, mark, std::max<int64_t>(delay_ns, 1)});
  }
  const int64_t length_ns = cadence.events.back().time_ns - first_ns;
  return {{"name", name},
          {"length_ns", std::max<int64_t>(length_ns, 1)},
          {"is_cut", cadence.is_cut},
          {"points", std::move(points)}};
}

Json CadencesOf(std::span<const Results> results) {
  const std::vector<std::string> names = NamesOf(results);
  Json cadences = Json::array();
  for (size_t i = 0; i < results.size(); ++i) {
    for (const Cadence& cadence : results[i].cadences) {
      if (cadence.events.empty()) continue;
      const std::string name =
          results.size() > 1 ? fmt::format("{}: {}", names[i], cadence.name) : cadence.name;
      cadences.push_back(CadenceToJson(cadence, name));
    }
  }
  return cadences;
}

}  // namespace

std::vector<std::string> NamesOf(std::span<const Results> results) {
  std::vector<std::string> names;
  std::map<std::string, int> seen;
  for (const Results& one : results) {
    // Go's versions begin with its name.
    const bool is_in_version = one.version.starts_with(one.implementation);
    std::string name = is_in_version ? one.version : one.implementation;
    if (!one.version.empty() && !is_in_version) name += " " + one.version;
    const int times = ++seen[name];
    names.push_back(times > 1 ? fmt::format("{} (#{})", name, times) : name);
  }
  return names;
}

std::string ChartData(std::span<const Results> results) {
  const Json data = {{"latencies", LatenciesOf(results)},
                     {"cadences", CadencesOf(results)},
                     {"curves", CurveDataOf(results)}};
  // In JSON these stand in texts only.
  std::string safe;
  for (const char c : data.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace)) {
    if (c == '<' || c == '>' || c == '&') {
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace proctor
