// Where a command's results go: the terminal, and a folder where one was asked for.

#ifndef PROCTOR_CONFORMANCE_COMMAND_OUTPUT_H_
#define PROCTOR_CONFORMANCE_COMMAND_OUTPUT_H_

#include <optional>
#include <string>
#include <string_view>

#include "conformance/report/results.h"

namespace proctor {

// A folder that keeps traces/, scenarios/, stderr/ and bundles/ as they are made, and the reports
// at the end. Without a path it is a scratch folder that is gone with its object.
class OutputFolder {
 public:
  // nullopt: `why`, in one line.
  static std::optional<OutputFolder> Open(const std::string& path, std::string& why);
  OutputFolder(OutputFolder&& other) noexcept;
  ~OutputFolder();

  bool kept() const { return kept_; }
  const std::string& path() const { return path_; }
  std::string TracePath(std::string_view name) const;     // traces/NAME.jsonl
  std::string ScenarioPath(std::string_view name) const;  // scenarios/NAME.json
  std::string StderrPath(std::string_view name) const;    // stderr/NAME.txt
  std::string BundlePath(std::string_view clause) const;  // bundles/CLAUSE.json

  // results.json, junit.xml and report.md; false: `why`.
  bool WriteReports(const Results& results, std::string& why) const;

 private:
  OutputFolder(std::string path, bool kept) : path_(std::move(path)), kept_(kept) {}

  std::string path_;
  bool kept_;
};

// Replaces the file's contents; false: `why`.
bool WriteFile(const std::string& path, std::string_view contents, std::string& why);
std::optional<std::string> ReadFile(const std::string& path, std::string& why);

// Prints the table, writes the reports, and returns the exit status: that of the results, or of a
// failure when a report could not be written.
int Publish(const Results& results, const OutputFolder& folder);

// A line on standard error where that is a terminal, over the last one; an empty one takes it away.
void ShowProgress(std::string_view line);

// One line on standard error: "proctor: WHAT".
void Say(std::string_view what);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_OUTPUT_H_
