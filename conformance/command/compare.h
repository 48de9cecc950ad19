// `proctor compare`: implementations side by side, or the results of earlier runs.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_COMPARE_H_
#define PROCTOR_CONFORMANCE_COMMAND_COMPARE_H_

#include <string>

#include "conformance/process/stop_request.h"
#include "conformance/report/compared.h"
#include "stress/run/compare_run.h"

namespace proctor {

struct CompareOptions {
  CompareRequest request;      // what is compared stands in `implementations`: names, or folders
  int64_t effect_percent = 5;  // the least one that is called a difference
  std::string out;             // folder for the report; empty: none
};

// Returns the exit status. Folders of earlier runs: 1 where the last is worse than the first. 2
// where nothing could be compared, or not all of it.
int Compare(const CompareOptions& options, StopRequest& stop);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_COMPARE_H_
