#include "conformance/world/knobs.h"

#include <algorithm>

#include "conformance/world/choices.h"

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;
// Where the scenario leaves the number of processors open and nothing else is said.
constexpr int32_t kUsualProcs = 4;

int32_t ProcsOf(const Scenario& scenario, int32_t otherwise) {
  const int64_t asked = scenario.Asked().procs;
  return asked > 0 ? static_cast<int32_t>(asked) : otherwise;
}

}  // namespace

Knobs Knobs::Quiet(const Scenario& scenario) {
  return {.procs = ProcsOf(scenario, kUsualProcs), .collected_before = true};
}

Knobs Knobs::FromSeed(const Scenario& scenario, Profile profile) {
  // Another sequence than the one that the world's choices come from.
  Random random(scenario.seed ^ 0x6b6e6f6273u);
  const auto one_in = [&](uint64_t n) { return random.Below(n) == 0; };
  const auto between = [&](int64_t least, int64_t most) {
    return least + static_cast<int64_t>(random.Below(static_cast<uint64_t>(most - least) + 1));
  };
  // Every order of magnitude as likely as another: rare events and storms of them.
  const auto sometimes = [&](uint64_t n, int64_t least, int64_t most) -> int64_t {
    int64_t bound = least;
    for (uint64_t doublings = random.Below(24); doublings > 0 && bound < most; --doublings)
      bound *= 2;
    const int64_t value = between(least, std::min(bound, most));
    return one_in(n) ? value : 0;
  };

  Knobs knobs;
  knobs.procs = ProcsOf(scenario, static_cast<int32_t>(between(1, 8)));
  knobs.first_tick = one_in(2) ? 0 : static_cast<uint32_t>(-between(1, 40));
  knobs.race_permille = one_in(8) ? 0 : static_cast<uint32_t>(between(20, 900));
  knobs.race_window_ns = between(1 * kUs, 10 * kMs);
  knobs.race_span_calls = 16 + 4 * knobs.procs;
  knobs.thread_start_ns = between(1 * kUs, one_in(8) ? 500 * kUs : 20 * kUs);
  knobs.signal_ns = between(1 * kUs, one_in(8) ? 15 * kMs : 30 * kUs);
  knobs.rival_poll_permille = one_in(4) ? static_cast<uint32_t>(between(50, 600)) : 0;
  knobs.slow_exit_permille = one_in(4) ? static_cast<uint32_t>(between(50, 900)) : 0;
  knobs.lost_break_permille = RescuesTimers(profile) ? static_cast<uint32_t>(between(100, 900)) : 0;
  knobs.unattended_timers_permille =
      RescuesTimers(profile) && one_in(2) ? static_cast<uint32_t>(between(100, 900)) : 0;
  knobs.interceptors = one_in(8);
  knobs.library = one_in(16);
  knobs.main_leaves = one_in(16);
  knobs.collected_before = !one_in(4);
  knobs.resize_every_ns = sometimes(6, 1 * kMs, 400 * kMs);
  knobs.resize_most = static_cast<int32_t>(between(1, 2 * knobs.procs + 2));
  knobs.stop_every_ns = sometimes(4, 200 * kUs, 300 * kMs);
  knobs.hold_monitor_every_ns = sometimes(8, 2 * kMs, 300 * kMs);
  knobs.trace_work_every_ns = sometimes(6, 100 * kUs, 50 * kMs);
  knobs.safe_point_every_ns = sometimes(4, 100 * kUs, 50 * kMs);
  knobs.ask_scavenger_every_ns = sometimes(3, 100 * kUs, 200 * kMs);
  knobs.dies_at_ns = sometimes(32, 10 * kMs, 2'000 * kMs);
  knobs.step_span_calls = one_in(2) ? 1 : 4;
  knobs.poll_back_ns = between(2 * kUs, one_in(4) ? 3 * kMs : 10 * kUs);
  knobs.ambush_permille = one_in(2) ? static_cast<uint32_t>(between(200, 1'000)) : 0;
  knobs.edge_permille = one_in(4) ? static_cast<uint32_t>(between(100, 900)) : 0;
  knobs.tick_step = one_in(3) ? 1u << (8 * between(1, 3)) : 1;
  knobs.collector_up_at_ns = sometimes(8, 10 * kMs, 2'000 * kMs);
  knobs.change_percent_every_ns = sometimes(12, 1 * kMs, 400 * kMs);
  return knobs;
}

}  // namespace proctor
