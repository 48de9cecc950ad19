// The last words of a runtime that gave up on its own, in what a process has written: a line that
// begins with "fatal error:", as those of Go do. What the system refused to it (memory, threads) is
// no fault of its own.
//
// Thread safety: pure functions.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_FATAL_ERROR_H_
#define PROCTOR_CONFORMANCE_ADAPTER_FATAL_ERROR_H_

#include <string>

namespace proctor {

// The line, fit for a terminal; empty: there is none that says so.
std::string FatalErrorIn(const std::string& output);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_FATAL_ERROR_H_
