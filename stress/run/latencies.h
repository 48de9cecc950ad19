// What is measured of every implementation that has an adapter, each as a scenario: how long things
// took, which the adapter gathers, from the time that was intended; or what its process and its
// monitor use meanwhile, seen from outside.
//
// Thread safety: constant after program start.

#ifndef PROCTOR_STRESS_RUN_LATENCIES_H_
#define PROCTOR_STRESS_RUN_LATENCIES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/campaign/live_run.h"
#include "conformance/report/results.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

enum class FigureKind {
  kSpan,    // one latency
  kUsage,   // four figures: CPU time and wake-ups a second, of the process and of its monitor
  kMemory,  // one figure: the memory of each of `at` tasks
};

struct Measurement {
  Scenario scenario;  // its name is that of the measurement, its `about` says what it is
  FigureKind kind = FigureKind::kSpan;
  std::string span;   // that of the gathered spans which is the figure
  std::string floor;  // the host's that it is read beside (stress/run/host_floors.h); empty: none
  std::string grows_with = "";  // a point of a curve: there are `at` of these; empty: none
  int64_t at = 0;
  // Stamps would take longer than what is measured: for adapters that gather only.
  bool only_unstamped = false;
};

// Every scenario is valid and takes some tenths of a second, those of kUsage a second.
std::span<const Measurement> Measurements();

// Whether it is compared by a test, and so measured often: a latency that is no point of a curve.
bool IsTested(const Measurement& measurement);

// Its figures without a value: names, units and what they are.
std::vector<Latency> BlankFigures(const Measurement& measurement);

// Adds what a run showed to those of the figures that it showed.
void AddFigures(const Measurement& measurement, const Figures& run, std::vector<Latency>& figures);

}  // namespace proctor

#endif  // PROCTOR_STRESS_RUN_LATENCIES_H_
