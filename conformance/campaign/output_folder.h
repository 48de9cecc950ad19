// A folder that keeps what a command gathers: traces/, scenarios/, stderr/ and bundles/ as they are
// made, and the reports at the end. Without a path it is a scratch folder that is gone with its
// object.
//
// Errors: one line that names the file and the system's reason. Nothing here throws.
//
// Thread safety: none; one thread at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_OUTPUT_FOLDER_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_OUTPUT_FOLDER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/process/scratch_folder.h"
#include "conformance/report/results.h"

namespace proctor {

class OutputFolder {
 public:
  static std::optional<OutputFolder> Open(const std::string& path, std::string& error);

  bool kept() const { return !scratch_; }
  const std::string& path() const { return path_; }
  std::string TracePath(std::string_view name) const;     // traces/NAME.jsonl
  std::string ScenarioPath(std::string_view name) const;  // scenarios/NAME.json
  std::string StderrPath(std::string_view name) const;    // stderr/NAME.txt
  std::string BundlePath(std::string_view clause) const;  // bundles/CLAUSE.json

  // Removes the reports of an earlier run of any command, so that they cannot be taken for this
  // one's.
  void RemoveReports() const { RemoveReportsIn(path_); }
  static void RemoveReportsIn(const std::string& path);

  // results.json, junit.xml, report.md and report.html. One that cannot be written does not keep
  // the others from being tried: a line for each that failed.
  std::vector<std::string> WriteReports(const Results& results) const;

  // The files of an earlier run that still stand here, as "bundles/CAD-2.json".
  std::vector<std::string> OldFiles() const;

 private:
  OutputFolder(std::string path, std::optional<ScratchFolder> scratch)
      : path_(std::move(path)), scratch_(std::move(scratch)) {}
  std::map<std::string, uint64_t> InodesOfFiles() const;

  std::string path_;
  std::optional<ScratchFolder> scratch_;
  std::map<std::string, uint64_t> found_;  // a file written anew has another inode
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_OUTPUT_FOLDER_H_
