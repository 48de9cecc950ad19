// Renderers: results as a terminal table, JUnit XML and Markdown. Each reads a Results and nothing
// else, and cleans every foreign text in it (foreign_text.h).
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_REPORT_RENDER_H_
#define PROCTOR_CONFORMANCE_REPORT_RENDER_H_

#include <string>

#include "conformance/report/results.h"

namespace proctor {

// "cpython 3.11.7 (./adapter.py)".
inline std::string TitleOf(const Results& results) {
  const std::string title = results.implementation + " " + results.version;
  return results.asked_as.empty() ? title : title + " (" + results.asked_as + ")";
}

struct TableOptions {
  bool colour = false;
  int width = 100;  // columns of the terminal; messages are cut to fit
};

// A line per verdict, then every finding (findings.h) in full with its events and the line that
// replays it, then a summary line.
std::string RenderTable(const Results& foreign, const TableOptions& options);

// A suite per section, a case per clause and tier ("CAD-2.O"). A violation is a failure; error,
// crash and time-out are errors; whatever was not decided is skipped with its message; an expected
// deviation passes and says so in its output. What was asked for and not judged is a failing case
// of the suite "unjudged".
std::string RenderJUnit(const Results& foreign);

// report.md: what was graded, the verdicts as a table, findings with evidence and replay line.
std::string RenderMarkdown(const Results& foreign);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_RENDER_H_
