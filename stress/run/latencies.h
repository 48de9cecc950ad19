// What is measured of every implementation that has an adapter, each as a scenario of which the
// adapter gathers how long things took. All of them are measured from the time that was intended.
//
// Thread safety: constant after program start.

#ifndef PROCTOR_STRESS_RUN_LATENCIES_H_
#define PROCTOR_STRESS_RUN_LATENCIES_H_

#include <span>
#include <string>
#include <string_view>

#include "conformance/scenario/scenario.h"

namespace proctor {

struct Measurement {
  Scenario scenario;  // its name is that of the measurement, its `about` says what it is
  std::string span;   // that of the gathered spans which is the figure
  std::string floor;  // the host's that it is read beside (stress/run/host_floors.h); empty: none
  std::string grows_with = "";  // a point of a curve: there are `at` of these; empty: none
  int64_t at = 0;
};

// Every scenario is valid and takes some tenths of a second.
std::span<const Measurement> Measurements();

}  // namespace proctor

#endif  // PROCTOR_STRESS_RUN_LATENCIES_H_
