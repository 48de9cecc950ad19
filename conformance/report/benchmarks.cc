#include "conformance/report/benchmarks.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "conformance/json/json.h"
#include "conformance/report/render.h"

namespace proctor {
namespace {

// The name of a point of a curve without the number: "yield_by_tasks_100" is of "yield".
std::string FamilyOf(const Latency& latency) {
  const std::string end = fmt::format("_by_{}_{}", latency.grows_with, latency.at);
  const bool is_point = !latency.grows_with.empty() && latency.name.ends_with(end);
  const std::string_view name(latency.name);
  return std::string(is_point ? name.substr(0, name.size() - end.size()) : name);
}

std::string RunName(const Latency& latency) {
  if (latency.grows_with.empty()) return latency.name;
  return fmt::format("{}/{}:{}", FamilyOf(latency), latency.grows_with, latency.at);
}

}  // namespace

std::string FormatBenchmarks(const Results& results, const std::string& date) {
  Json benchmarks = Json::array();
  std::map<std::pair<std::string, std::string>, std::pair<size_t, size_t>> families;
  for (const Latency& latency : results.latencies) {
    if (latency.unit != kUnits[0] || latency.medians_ns.empty()) continue;
    const size_t count = families.size();
    const auto family = families.try_emplace({FamilyOf(latency), latency.grows_with}, count, 0);
    auto& [index, instances] = family.first->second;
    const auto runs = static_cast<int64_t>(latency.medians_ns.size());
    for (int64_t run = 0; run < runs; ++run) {
      const int64_t median_ns = latency.medians_ns[static_cast<size_t>(run)];
      benchmarks.push_back(
          {{"name", RunName(latency)},
           {"family_index", index},
           {"per_family_instance_index", instances},
           {"run_name", RunName(latency)},
           {"run_type", "iteration"},
           {"repetitions", runs},
           {"repetition_index", run},
           {"threads", 1},
           {"iterations", std::max<int64_t>(latency.durations_ns.count() / runs, 1)},
           {"real_time", median_ns},
           {"cpu_time", median_ns},
           {"time_unit", "ns"},
           {"label", latency.about}});
    }
    ++instances;
  }
  const Json json = {{"context",
                      {{"date", date},
                       {"executable", "proctor compare " + TitleOf(results)},
                       {"machine", results.machine},
                       {"json_schema_version", 1}}},
                     {"benchmarks", std::move(benchmarks)}};
  return json.dump(1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

}  // namespace proctor
