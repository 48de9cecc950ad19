#include "conformance/report/page/page_rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "conformance/report/compared.h"

namespace proctor {
namespace {

using kainjow::mustache::data;

std::string Milliseconds(int64_t ns) {
  const double ms = static_cast<double>(ns) / 1e6;
  if (ms < 0.1) return fmt::format("{:.6f}", ms);
  return ms < 10 ? fmt::format("{:.3f}", ms) : fmt::format("{:.1f}", ms);
}

std::string Duration(int64_t ns) {
  const auto value = static_cast<double>(ns);
  if (value >= 1e9) return fmt::format("{:.3g} s", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.3g} ms", value / 1e6);
  return fmt::format("{:.3g} \u00b5s", value / 1e3);
}

// Empty: it was not measured.
std::string UsageCell(const Results& results, const std::string& name, bool& has_stamped) {
  const auto found = std::ranges::find(results.latencies, name, &Latency::name);
  if (found == results.latencies.end() || found->medians_ns.empty()) return "";
  has_stamped = has_stamped || found->stamped;
  return QuantityText(Median(found->medians_ns), found->unit) + (found->stamped ? " *" : "");
}

}  // namespace

std::string Words(Verdict verdict) {
  std::string words(VerdictName(verdict));
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string MarkOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kConforms:
      return "\u2713";
    case Verdict::kViolates:
      return "\u2717";
    case Verdict::kInconclusive:
      return "?";
    case Verdict::kNotExercised:
    case Verdict::kUnsupported:
      return "\u2013";
    case Verdict::kNotObservable:
      return "\u00b7";
    case Verdict::kError:
    case Verdict::kCrash:
    case Verdict::kTimeout:
      return "!";
  }
  return "";
}

data EventRow(const Event& event, int64_t first_ns) {
  const auto number = [](int64_t value) { return value < 0 ? "" : std::to_string(value); };
  // Without its time and actors, which have columns of their own.
  Event bare = event;
  bare.time_ns = 0;
  bare.m = bare.p = -1;
  bare.g = -1;
  const std::string what = Describe(bare);
  data row;
  row.set("event_time",
          fmt::format("+{:.6f} s", static_cast<double>(event.time_ns - first_ns) / 1e9));
  row.set("event_m", number(event.m));
  row.set("event_p", number(event.p));
  row.set("event_g", number(event.g));
  row.set("event_what", what.substr(what.find(" s ") + 3));
  return row;
}

std::string TimesTheFloor(const Histogram& latency, const Histogram& floor) {
  const auto least = static_cast<double>(std::max<int64_t>(floor.Quantile(0.5), 1));
  return fmt::format("{:.3g}", static_cast<double>(latency.Quantile(0.5)) / least);
}

data LatencyRow(const Measured& measured) {
  const Histogram& durations = measured.durations_ns;
  data row;
  row.set("latency_n", std::to_string(durations.count()));
  row.set("latency_p50", Milliseconds(durations.Quantile(0.5)));
  row.set("latency_p90", Milliseconds(durations.Quantile(0.9)));
  row.set("latency_p99", Milliseconds(durations.Quantile(0.99)));
  row.set("latency_max", Milliseconds(durations.max()));
  row.set("latency_floors", "");
  row.set("latency_bound", measured.bound_ns > 0 ? Milliseconds(measured.bound_ns) : "");
  return row;
}

std::string MeasuredText(const Measured& measured) {
  const Histogram& durations = measured.durations_ns;
  return fmt::format("n={}, p50 {}, p99 {}, max {}; bound {}", durations.count(),
                     Milliseconds(durations.Quantile(0.5)), Milliseconds(durations.Quantile(0.99)),
                     Milliseconds(durations.max()), Milliseconds(measured.bound_ns));
}

data UsageRows(std::span<const Results> results, bool& has_stamped) {
  data rows(data::type::list);
  std::set<std::string> seen;
  for (const Results& one : results) {
    for (const Latency& usage : one.latencies) {
      if (usage.unit == kUnits[0] || !seen.insert(usage.name).second) continue;
      data cells(data::type::list);
      bool is_empty = true;
      for (const Results& other : results) {
        const std::string cell = UsageCell(other, usage.name, has_stamped);
        is_empty = is_empty && cell.empty();
        cells.push_back({"usage_cell", cell});
      }
      if (is_empty) continue;
      std::string about = usage.about;
      if (!usage.grows_with.empty()) about += fmt::format(", of {} {}", usage.at, usage.grows_with);
      data row;
      row.set("usage_about", about);
      row.set("usage_cells", cells);
      rows.push_back(row);
    }
  }
  return rows;
}

data CadenceRow(const Cadence& cadence, const std::string& name) {
  std::map<std::string_view, int> counts;
  int64_t shortest_ns = INT64_MAX, longest_ns = 0;
  for (const Event& event : cadence.events) {
    const bool starts =
        event.kind == EventKind::kThreadStart || event.kind == EventKind::kThreadWake;
    ++counts[starts ? "hand_off" : EventKindName(event.kind)];
    if (event.kind == EventKind::kDeepWake) {
      counts["woken"] += event.Get(Arg::kCause) != static_cast<int64_t>(WakeCause::kTimeout);
    } else if (event.kind == EventKind::kShallowSleep) {
      shortest_ns = std::min(shortest_ns, event.Get(Arg::kDurationNs));
      longest_ns = std::max(longest_ns, event.Get(Arg::kDurationNs));
    }
  }
  data row;
  row.set("cadence_name", name + (cadence.is_cut ? " (its beginning)" : ""));
  row.set("cadence_sleeps", std::to_string(cadence.sleeps));
  row.set("cadence_shortest", longest_ns == 0 ? "" : Duration(shortest_ns));
  row.set("cadence_longest", longest_ns == 0 ? "" : Duration(longest_ns));
  row.set("cadence_deep", std::to_string(counts["deep_sleep"]));
  row.set("cadence_woken", std::to_string(counts["woken"]));
  row.set("cadence_hand_offs", std::to_string(counts["hand_off"]));
  row.set("cadence_preemptions", std::to_string(counts["preempt_signal"]));
  return row;
}

std::string NoiseText(const std::optional<Noise>& noise) {
  if (!noise) return "Noise: nobody watched; nothing ran in real time.";
  return fmt::format(
      "Noise: a canary thread was kept from running {} times in {}; the longest {}, "
      "{} in all.",
      noise->stalls, Duration(noise->watched_ns), Duration(noise->longest_ns),
      Duration(noise->total_ns));
}

}  // namespace proctor
