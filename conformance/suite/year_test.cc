// A simulated year: memory must not grow with the time that passes.

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>

#include "conformance/implementations/reference/reference.h"
#include "conformance/judge/panel.h"
#include "conformance/world/world.h"

namespace proctor {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kDayNs = 24 * 3'600 * kSecondNs;
constexpr int64_t kYearNs = 365 * kDayNs;

// Judges everything, and looks from time to time at how much of the heap is in use.
class Weigher : public EventSink {
 public:
  explicit Weigher(const Header& header) : panel_(header) {}

  void Observe(const Event& event) override {
    panel_.Observe(event);
    constexpr int64_t kEvery = 65'536;
    if (++events_ % kEvery != 0) return;
    const size_t used_bytes = mallinfo2().uordblks;
    size_t& most_bytes = event.time_ns < 10 * kDayNs ? early_bytes : late_bytes;
    most_bytes = std::max(most_bytes, used_bytes);
  }
  std::vector<Ruling> Close() { return panel_.Close(); }

  size_t early_bytes = 0;  // most in the first ten days
  size_t late_bytes = 0;   // most after them

 private:
  Panel panel_;
  int64_t events_ = 0;
};

TEST(Year, MemoryDoesNotGrow) {
  Scenario scenario;
  scenario.name = "year";
  scenario.budget_ms = 2 * kYearNs / 1'000'000;
  scenario.tunables = {{"procs", 4}};
  constexpr int64_t kPauseNs = 1'200 * kSecondNs;
  for (int i = 0; i < 2; ++i) {
    scenario.tasks.push_back({.ops = {{.op = Op::kSleep, .duration_ns = kPauseNs},
                                      {.op = Op::kSpin, .duration_ns = 1'000'000},
                                      {.op = Op::kBlock, .duration_ns = 30'000'000}},
                              .repeat = kYearNs / kPauseNs});
  }
  const WorldOptions options = {.knobs = Knobs::Quiet(scenario)};
  Weigher weigher(WorldHeader(ReferenceImplementation(), scenario, options));
  const WorldRun run = RunWorld(ReferenceImplementation(), scenario, options, weigher);
  EXPECT_EQ(run.end, WorldEnd::kDone) << run.message;
  EXPECT_GE(run.virtual_ns, kYearNs);
  ASSERT_GT(weigher.early_bytes, 0u);
  EXPECT_LE(weigher.late_bytes, weigher.early_bytes + 4'096);
  for (const Ruling& ruling : weigher.Close()) {
    EXPECT_NE(ruling.verdict, Verdict::kViolates)
        << ClauseName(ruling.clause) << ": " << ruling.message;
  }
  RecordProperty("cycles", std::to_string(run.cycles));
  RecordProperty("events", std::to_string(run.events));
  RecordProperty("heap_bytes", std::to_string(weigher.late_bytes));
}

}  // namespace
}  // namespace proctor
