#include "stress/run/host_floors.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "stress/run/latencies.h"

namespace proctor {
namespace {

TEST(HostFloors, EachRunAddsAMedianToEach) {
  std::vector<Latency> floors;
  MeasureHostFloors(floors);
  const std::vector<Latency> once = floors;
  ASSERT_FALSE(once.empty());
  MeasureHostFloors(floors);
  ASSERT_EQ(floors.size(), once.size());
  for (size_t i = 0; i < floors.size(); ++i) {
    EXPECT_EQ(floors[i].medians_ns.size(), 2u) << floors[i].name;
    EXPECT_EQ(floors[i].durations_ns.count(), 2 * once[i].durations_ns.count());
    EXPECT_GT(floors[i].durations_ns.max(), 0) << floors[i].name;
  }
}

TEST(HostFloors, MeasurementsNameOnesThatThereAre) {
  std::vector<Latency> floors;
  MeasureHostFloors(floors);
  std::set<std::string> names;
  for (const Latency& floor : floors) names.insert(floor.name);
  std::set<std::string> scenarios;
  for (const Measurement& measurement : Measurements()) {
    EXPECT_TRUE(measurement.floor.empty() || names.contains(measurement.floor))
        << measurement.floor;
    EXPECT_EQ(Validate(measurement.scenario), "");
    EXPECT_TRUE(scenarios.insert(measurement.scenario.name).second) << measurement.scenario.name;
  }
}

}  // namespace
}  // namespace proctor
