#include "conformance/command/command_testing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "conformance/process/process.h"

namespace proctor {
namespace fs = std::filesystem;

CommandResult Proctor(std::vector<std::string> arguments, std::vector<std::string> env) {
  arguments.insert(arguments.begin(), "conformance/command/proctor");
  std::string error;
  auto process = Process::Spawn(
      {.argv = std::move(arguments), .set_env = std::move(env), .capture_output = true}, error);
  EXPECT_TRUE(process) << error;
  CommandResult outcome;
  outcome.status = process->Wait(MonotonicNowNs() + kTimeoutNs).value_or(-1);
  outcome.output = process->captured();
  return outcome;
}

std::string Folder(const std::string& name) {
  const fs::path path = fs::path(testing::TempDir()) / name;
  fs::remove_all(path);
  return path;
}

std::string Contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string Write(const std::string& name, const std::string& contents) {
  const std::string path = fs::path(testing::TempDir()) / name;
  std::ofstream(path, std::ios::binary) << contents;
  return path;
}

Results ResultsOf(const std::string& folder) {
  std::string error;
  const std::optional<Results> results = ParseResults(Contents(folder + "/results.json"), error);
  EXPECT_TRUE(results) << error;
  return results.value_or(Results());
}

std::map<std::string, std::string> VerdictsOf(const Results& results) {
  std::map<std::string, std::string> verdicts;
  for (const Result& result : results.verdicts) {
    verdicts[std::string(ClauseName(result.ruling.clause)) + "." +
             std::string(TierName(result.ruling.tier))] = VerdictName(result.ruling.verdict);
  }
  return verdicts;
}

}  // namespace proctor
