// Results for tests of the page: what a page can show, and text that wants to be more than text.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_TESTING_H_
#define PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_TESTING_H_

#include <vector>

#include "conformance/report/results.h"

namespace proctor {

// Two implementations; the second has a hostile name, and breaks two clauses.
std::vector<Results> PageSample();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_TESTING_H_
