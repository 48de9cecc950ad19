// A stress run: an implementation under workloads and faults until a budget ends.
//
//   case (workload x fault x seed) -> live run -> rulings -> what the fault excuses -> results
//
// Every run begins with a canary: a broken monitor that must be caught, and a right one that must
// not be accused. Cases that failed before run first. What fails is made smaller as long as it
// fails alike, and kept.
//
// Errors: a case that cannot run is a ruling of its own, as in a campaign. Interrupted, the run
// reports what it has.
//
// Thread safety: one run at a time; the threads that it starts are gone when it returns.

#ifndef PROCTOR_STRESS_RUN_STRESS_RUN_H_
#define PROCTOR_STRESS_RUN_STRESS_RUN_H_

#include <cstdint>
#include <string>

#include "conformance/campaign/campaign.h"
#include "conformance/campaign/listener.h"
#include "conformance/campaign/output_folder.h"

namespace proctor {

struct StressRequest {
  std::string program = "proctor";  // how the user started this program, for replay lines
  std::string implementation;
  int64_t budget_ms = 60'000;
  uint64_t seed = 1;
  int64_t intensity = 0;  // 0: it grows
  std::string workload;   // a family's name; empty: all
  std::string case_file;  // only this case; empty: workloads, faults and seeds
};

struct StressEnd {
  CampaignEnd campaign;
  std::string summary;  // lines: what ran, at what load, what failed
};

StressEnd RunStress(const StressRequest& request, const OutputFolder& folder, Listener& listener);

}  // namespace proctor

#endif  // PROCTOR_STRESS_RUN_STRESS_RUN_H_
