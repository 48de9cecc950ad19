// The command `compare` on stored results: what it says, writes and exits with.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "conformance/command/command_testing.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

Results Make(int64_t yield_ns, Verdict verdict) {
  Latency yield{.name = "yield"};
  for (int64_t i = 0; i < 12; ++i) {
    yield.medians_ns.push_back(yield_ns + i * 10);
    yield.durations_ns.Add(yield_ns + i * 10);
  }
  Results results{.implementation = "go", .version = "1.26"};
  results.latencies = {yield};
  results.verdicts = {{.ruling = {.clause = ClauseId::kCAD_2, .tier = kO, .verdict = verdict}}};
  return results;
}

// The folder of a run that ended with these results.
std::string Stored(const std::string& name, const std::string& contents) {
  const std::string folder = Folder(name);
  fs::create_directories(folder);
  return fs::path(Write(name + "/results.json", contents)).parent_path();
}

std::string Stored(const std::string& name, const Results& results) {
  return Stored(name, FormatResults(results));
}

TEST(Compare, TwoEqualRunsHaveNoDifference) {
  const std::string run = Stored("before", Make(1'000, Verdict::kConforms));
  const std::string out = Folder("out");
  const CommandResult compared = Proctor({"compare", run, run, "--out", out});
  EXPECT_EQ(compared.status, 0) << compared.output;
  EXPECT_EQ(compared.output.find("SLOWER"), std::string::npos) << compared.output;
  for (const char* file : {"comparison.json", "report.md", "report.html", "2/benchmarks.json"}) {
    EXPECT_GT(Contents(out + "/" + file).size(), 0u) << file;
  }
  EXPECT_EQ(ResultsOf(out + "/2").latencies, ResultsOf(run).latencies);
}

TEST(Compare, WhatIsSlowerOrNotKeptAnyMoreIsNamed) {
  const std::string before = Stored("before", Make(1'000, Verdict::kConforms));
  const std::string slower = Stored("slower", Make(1'300, Verdict::kConforms));
  const CommandResult latency = Proctor({"compare", before, slower});
  EXPECT_EQ(latency.status, 1) << latency.output;
  EXPECT_NE(latency.output.find("yield is slower"), std::string::npos) << latency.output;
  const std::string broken = Stored("broken", Make(1'000, Verdict::kViolates));
  const CommandResult clause = Proctor({"compare", before, broken});
  EXPECT_EQ(clause.status, 1) << clause.output;
  EXPECT_NE(clause.output.find("CAD-2.O was kept and is violated"), std::string::npos)
      << clause.output;
  // Less than the effect that was asked for is no difference.
  EXPECT_EQ(Proctor({"compare", before, slower, "--effect", "50"}).status, 0);
}

TEST(Compare, WhatCannotBeReadIsNamedInOneLine) {
  const std::string good = Stored("good", Make(1'000, Verdict::kConforms));
  const auto refused = [&](const std::string& other) {
    const CommandResult compared = Proctor({"compare", good, other});
    EXPECT_EQ(compared.status, 64) << compared.output;
    EXPECT_NE(compared.output.find(other), std::string::npos) << compared.output;
    EXPECT_EQ(std::count(compared.output.begin(), compared.output.end(), '\n'), 1)
        << compared.output;
  };
  refused(Stored("tampered", R"({"schema":"proctor-results/2","verdicts":[{"clause":"CAD-2"}]})"));
  refused(Stored("unknown", R"({"schema":"proctor-results/99"})"));
  refused(Stored("nothing", ""));
  refused("go");
  refused(Folder("missing"));
}

TEST(Compare, AnOutputFolderThatCannotBeWrittenIsAFailure) {
  const std::string run = Stored("before", Make(1'000, Verdict::kConforms));
  const std::string file = Write("file", "");
  const CommandResult compared = Proctor({"compare", run, run, "--out", file});
  EXPECT_EQ(compared.status, 3) << compared.output;
  EXPECT_NE(compared.output.find(file), std::string::npos) << compared.output;
}

TEST(Compare, AHostileNameReachesNoTerminal) {
  Results hostile = Make(1'000, Verdict::kConforms);
  hostile.implementation = "\x1b]0;owned\x07\n| go | violates |";
  const std::string run = Stored("hostile", hostile);
  const CommandResult compared = Proctor({"compare", run, run});
  EXPECT_EQ(compared.status, 0) << compared.output;
  EXPECT_EQ(compared.output.find('\x1b'), std::string::npos);
  EXPECT_EQ(compared.output.find("\n| go |"), std::string::npos);
}

}  // namespace
}  // namespace proctor
