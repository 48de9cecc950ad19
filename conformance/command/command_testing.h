// What tests of the command share: running it, and reading what it wrote.
//
// Thread safety: none; one test at a time.

#ifndef PROCTOR_CONFORMANCE_COMMAND_COMMAND_TESTING_H_
#define PROCTOR_CONFORMANCE_COMMAND_COMMAND_TESTING_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "conformance/report/results.h"

namespace proctor {

// How long a test waits for a process at most.
inline constexpr int64_t kTimeoutNs = 240'000'000'000;

struct CommandResult {
  int status = -1;
  std::string output;  // both streams
};

// The command with these arguments, waited for with a deadline.
CommandResult Proctor(std::vector<std::string> arguments, std::vector<std::string> env = {});

// A path below the test's scratch folder where nothing is.
std::string Folder(const std::string& name);
std::string Contents(const std::string& path);
// Writes a file of that name into the scratch folder; returns its path.
std::string Write(const std::string& name, const std::string& contents);

// The results.json of a folder that --out named.
Results ResultsOf(const std::string& folder);
// "CAD-2.O" -> its verdict's name.
std::map<std::string, std::string> VerdictsOf(const Results& results);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_COMMAND_TESTING_H_
