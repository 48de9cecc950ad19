// What a command prints, and where its results go: files first, so that a terminal or a pipe that
// takes nothing costs nobody the results.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_OUTPUT_H_
#define PROCTOR_CONFORMANCE_COMMAND_OUTPUT_H_

#include <string_view>

#include "conformance/campaign/output_folder.h"
#include "conformance/report/results.h"

namespace proctor {

// Standard input, output and error are open from here on, if only on nothing; signals that report
// a failed write do not end the program.
void PrepareOutput();

// To standard output; false: this or an earlier print failed, which is remembered for FinishOutput.
bool Print(std::string_view text);

// The exit status: `status`, or that of a failure where something could not be printed, which is
// said in one line.
int FinishOutput(int status);

// Writes the reports and says which files are an earlier run's, then prints `preface` and the
// table. Returns the exit status: that of the results, or of a failure when a report could not be
// written.
int Publish(const Results& results, const OutputFolder& folder, std::string_view preface = "");

// A line on standard error where that is a terminal, over the last one; an empty one takes it away.
void ShowProgress(std::string_view line);

// One line on standard error: "proctor: WHAT", cleaned of what a terminal would obey.
void Say(std::string_view what);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_OUTPUT_H_
