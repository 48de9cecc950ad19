// Results out of a fuzzer's bytes: any verdicts of any clauses, with any texts, numbers and events.
//
// Thread safety: plain functions.

#ifndef PROCTOR_FUZZ_DRAWN_RESULTS_H_
#define PROCTOR_FUZZ_DRAWN_RESULTS_H_

#include <string>
#include <string_view>

#include "conformance/report/results.h"
#include "fuzz/byte_source.h"

namespace proctor::fuzz {

Results DrawResults(ByteSource& bytes);

// What every form of them owes to its reader: printable and well-formed, without anything that
// hides or reorders. Line breaks are the form's own.
void RequireClean(std::string text, std::string_view what);

}  // namespace proctor::fuzz

#endif  // PROCTOR_FUZZ_DRAWN_RESULTS_H_
