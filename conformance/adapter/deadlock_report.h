// The report of a deadlock in what a process has written: a line with the word "deadlock", in small
// or capital letters.
//
// Thread safety: pure functions.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_DEADLOCK_REPORT_H_
#define PROCTOR_CONFORMANCE_ADAPTER_DEADLOCK_REPORT_H_

#include <string>

namespace proctor {

bool HoldsDeadlockReport(const std::string& output);

// Its line, fit for a terminal; of an output without one, the first line.
std::string DeadlockReportIn(const std::string& output);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_DEADLOCK_REPORT_H_
