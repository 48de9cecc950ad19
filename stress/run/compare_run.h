// Implementations compared: each is checked by what can be seen of all (tiers O and X), and then
// the latencies are measured in turns, A B B A, so that whatever else the machine does meanwhile
// hits all alike.
//
// Thread safety: one run at a time; the threads that it starts are gone when it returns.

#ifndef PROCTOR_STRESS_RUN_COMPARE_RUN_H_
#define PROCTOR_STRESS_RUN_COMPARE_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/campaign/listener.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/report/results.h"

namespace proctor {

struct CompareRequest {
  std::string program = "proctor";
  std::vector<std::string> implementations;
  int64_t budget_ms = 300'000;  // no round of latencies starts after it, but for the first ones
  uint64_t seed = 1;
  bool clauses = true;  // false: latencies only
};

struct CompareEnd {
  std::vector<Results> results;     // by implementation; empty: one could not be built
  std::vector<std::string> errors;  // a line each
  std::vector<std::string> open;    // what was to be measured and was not, a line each
  int exit_status = 0;  // the gravest of the implementations'; 2 where something is open
};

// What each implementation leaves goes into a folder of its own in `folder`.
CompareEnd RunComparison(const CompareRequest& request, const OutputFolder& folder,
                         Listener& listener);

}  // namespace proctor

#endif  // PROCTOR_STRESS_RUN_COMPARE_RUN_H_
