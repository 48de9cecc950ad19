#include "conformance/report/benchmarks.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace proctor {
namespace {

Latency MakeLatency(const std::string& name, std::vector<int64_t> medians_ns) {
  Latency latency{.name = name, .about = "what it is", .medians_ns = std::move(medians_ns)};
  for (int i = 0; i < 300; ++i) latency.durations_ns.Add(5);
  return latency;
}

Results Sample() {
  Results results{.implementation = "go", .version = "go1.26.8", .machine = "Linux, 2 CPUs"};
  results.latencies = {MakeLatency("yield", {90, 91, 95}), MakeLatency("never_measured", {})};
  for (const int64_t tasks : {10, 100}) {
    Latency point = MakeLatency("yield_by_tasks_" + std::to_string(tasks), {tasks * 80});
    point.grows_with = "tasks";
    point.at = tasks;
    results.latencies.push_back(point);
  }
  Latency usage = MakeLatency("wakeups_idle", {150});
  usage.unit = "per_second";
  results.latencies.push_back(usage);
  return results;
}

// What tools/gbench/report.py of Google Benchmark reads of each, by its kind.
TEST(Benchmarks, HaveWhatTheCompareToolsRead) {
  const nlohmann::json json =
      nlohmann::json::parse(FormatBenchmarks(Sample(), "2026-11-27T10:00:00+00:00"));
  EXPECT_EQ(json["context"]["json_schema_version"], 1);
  EXPECT_EQ(json["context"]["date"], "2026-11-27T10:00:00+00:00");
  ASSERT_EQ(json["benchmarks"].size(), 5u);
  for (const nlohmann::json& benchmark : json["benchmarks"]) {
    for (const char* text : {"name", "run_name", "run_type", "time_unit", "label"}) {
      EXPECT_TRUE(benchmark.at(text).is_string()) << benchmark;
    }
    for (const char* number : {"real_time", "cpu_time", "iterations", "repetitions",
                               "repetition_index", "family_index", "per_family_instance_index"}) {
      EXPECT_TRUE(benchmark.at(number).is_number()) << benchmark;
    }
    EXPECT_EQ(benchmark["time_unit"], "ns");
    EXPECT_EQ(benchmark["run_type"], "iteration");
  }
}

TEST(Benchmarks, EachRunIsARepetitionAndEachCurveAFamily) {
  const nlohmann::json json = nlohmann::json::parse(FormatBenchmarks(Sample(), ""));
  const nlohmann::json& all = json["benchmarks"];
  EXPECT_EQ(all[2]["name"], "yield");
  EXPECT_EQ(all[2]["real_time"], 95);
  EXPECT_EQ(all[2]["repetitions"], 3);
  EXPECT_EQ(all[2]["repetition_index"], 2);
  EXPECT_EQ(all[2]["iterations"], 100);
  EXPECT_EQ(all[3]["name"], "yield/tasks:10");
  EXPECT_EQ(all[4]["name"], "yield/tasks:100");
  EXPECT_EQ(all[3]["family_index"], all[4]["family_index"]);
  EXPECT_NE(all[2]["family_index"], all[3]["family_index"]);
  EXPECT_EQ(all[4]["per_family_instance_index"], 1);
}

}  // namespace
}  // namespace proctor
