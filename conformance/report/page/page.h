// The report for people to look at: one HTML file, self-contained, of one or several Results. It
// loads nothing, and its policy (Content-Security-Policy) forbids it to. It reads without scripts,
// too; they add filters and charts.
//
// Errors: none. Thread safety: a plain function.

#ifndef PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_H_
#define PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_H_

#include <span>
#include <string>

#include "conformance/report/results.h"

namespace proctor {

// Several results are compared: a group of columns for each. Foreign text is cleaned
// (foreign_text.h) and escaped.
std::string RenderPage(std::span<const Results> results);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_H_
