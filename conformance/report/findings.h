// Findings: the results that a reader must see in full. Those that say the same thing of several
// clauses, as a crash does of all that its scenario was for, are one finding.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_REPORT_FINDINGS_H_
#define PROCTOR_CONFORMANCE_REPORT_FINDINGS_H_

#include <string>
#include <vector>

#include "conformance/report/results.h"

namespace proctor {

// Never empty; all have the same verdict, message and events. They live as long as the results.
using Finding = std::vector<const Result*>;

// What was not expected, and every violation: in the order in which the results have the first of
// each.
std::vector<Finding> FindingsOf(const Results& results);

// "CAD-2.O, CAD-9.O, CAD-9.X"
std::string NamesIn(const Finding& finding);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_FINDINGS_H_
