// The page's parts that are files of their own, embedded in the program.
//
// Thread safety: constant after program start.

#ifndef PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_FILES_H_
#define PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_FILES_H_

#include <string_view>

namespace proctor {

extern const std::string_view kPageTemplate;
extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;
extern const std::string_view kChartLibrary;

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_FILES_H_
