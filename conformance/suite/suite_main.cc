// The suite: the monitor that is linked in, through a campaign in one profile, with one test case
// per clause.
//
//   suite [--profile NAME] [--clauses GLOBS] [--expectations FILE] [--seed N] [--random_worlds N]
//         [--label LABEL]
//
// The test cases are called Contract.CAD_2; Port.IsKept is about a monitor that crashes, hangs,
// ends its process or calls the port wrongly. All of it runs in a child process, which says at its
// end that it has come to it; where it does not, Port.IsKept says why. A clause that was never put
// to the test is as red as one that is violated, unless the expectations say so. Shards are whole
// campaigns of their own, each over other random worlds: more of them test more, in the same time.
// A filter for few cases costs less: only the judges of their clauses look at the worlds.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conformance/campaign/numbers.h"
#include "conformance/campaign/selection.h"
#include "conformance/campaign/shell.h"
#include "conformance/campaign/virtual_run.h"
#include "conformance/contract/contract.h"
#include "conformance/file/input_file.h"
#include "conformance/file/output_file.h"
#include "conformance/port/port.h"
#include "conformance/report/exit_status.h"
#include "conformance/report/expectations.h"
#include "conformance/scenario/library.h"
#include "conformance/suite/child_run.h"
#include "conformance/suite/failure_message.h"
#include "conformance/suite/process_check.h"

namespace proctor {
namespace {

struct Request {
  Subject subject;
  VirtualOptions campaign;
  std::string clauses = "*";
  std::string label;        // of the monitor's library, for the line that replays a finding
  std::string process_end;  // how the child process ended before it had run everything
  Expectations expectations;
};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

[[noreturn]] void RefuseUsage(const std::string& error) {
  fmt::print(stderr, "{}\n", error);
  std::exit(kExitWrongUsage);
}

Expectations ReadOrRefuse(const std::string& path) {
  std::string error;
  const std::optional<std::string> text = ReadWholeFile(path, error);
  if (!text) RefuseUsage(error);
  std::optional<Expectations> expectations = ParseExpectations(*text, error);
  if (!expectations) RefuseUsage(fmt::format("{}: {}", path, error));
  return std::move(*expectations);
}

// Where a test leaves files behind, which Bazel keeps.
std::filesystem::path FolderToKeep() {
  for (const char* name : {"TEST_UNDECLARED_OUTPUTS_DIR", "TMPDIR"}) {
    if (const std::string folder = Environment(name); !folder.empty()) return folder;
  }
  return "/tmp";
}

// The command that replays the bundle in that file, starting with where Bazel has put it.
std::string ReplayCommand(const Request& request, const std::filesystem::path& file) {
  std::string command;
  std::string path = file.string();
  std::string target = Environment("TEST_TARGET");
  if (target.starts_with("//") && !Environment("TEST_UNDECLARED_OUTPUTS_DIR").empty()) {
    path = file.filename().string();
    target.erase(0, target.starts_with("//:") ? 3 : 2);
    std::ranges::replace(target, ':', '/');
    const std::vector<std::string> unzip = {
        "unzip", "-o", fmt::format("bazel-testlogs/{}/test.outputs/outputs.zip", target), path};
    command = ShellCommand(unzip) + " && ";
  }
  std::vector<std::string> words = {"bazel", "run", "@proctor//:proctor"};
  if (!request.label.empty()) {
    words.push_back("--@proctor//conformance:implementation=" + request.label);
  }
  words.insert(words.end(), {"--", "replay", path});
  return command + ShellCommand(words);
}

std::string FailureMessageOf(const Request& request, const Counterexample& counterexample) {
  const std::filesystem::path file = FolderToKeep() / BundleFileName(counterexample.bundle);
  std::string error;
  const bool written = WriteWholeFile(file, FormatBundle(counterexample.bundle) + "\n", error);
  return FormatFailureMessage(counterexample,
                              written ? ReplayCommand(request, file) : "not possible: " + error);
}

// A monitor that does nothing.
constexpr proctor_implementation kNothing = {PROCTOR_PORT, "nothing", "1",
                                             [](const proctor_host* host, void*) {
                                               while (host->sleep_ns(host->self, 1'000'000) == 0) {
                                               }
                                             },
                                             nullptr};

// Runs the campaign once, before the first case; not at all where no case is to run.
class CampaignEnvironment : public testing::Environment {
 public:
  explicit CampaignEnvironment(const Request& request) : request_(request) {}
  void SetUp() override {
    if (!request_.process_end.empty()) return;
    // What a world installs in its process when it is the first one is not the monitor's doing.
    RunVirtually({.name = "nothing", .implementation = &kNothing},
                 {.scenarios = {FindScenario("naps")->scenario}, .shrink = false});
    const ProcessCheck check;
    VirtualOptions options = request_.campaign;
    options.clauses = ClausesToRun();
    options.progress = [&](int64_t, int64_t) { return !check.MemoryIsTooLarge(); };
    result = RunVirtually(request_.subject, options);
    changes = check.Changes(result.cycles);
    fmt::print("{} {}, profile {}: {} worlds, {} monitor cycles, {} events\n",
               request_.subject.name, request_.subject.implementation->release,
               ProfileName(request_.campaign.profile), result.worlds, result.cycles, result.events);
  }

  // The filter has chosen by now: judges of other clauses have nothing to do.
  static std::vector<ClauseId> ClausesToRun();

  VirtualResult result;
  std::vector<std::string> changes;  // that the monitor made to its process

 private:
  const Request& request_;
};

class ClauseCase : public testing::Test {
 public:
  ClauseCase(const Request& request, const VirtualResult& result, ClauseId clause)
      : request_(request), result_(result), clause_(clause) {}

  void TestBody() override {
    const auto found = result_.rulings.find(clause_);
    const Ruling ruling =
        found != result_.rulings.end() ? found->second : Ruling{.clause = clause_, .tier = kV};
    RecordProperty("clause", std::string(ClauseName(clause_)));
    RecordProperty("verdict", std::string(VerdictName(ruling.verdict)));
    RecordProperty("triggers", std::to_string(ruling.triggers));
    const Expectation* expected =
        FindExpectation(request_.expectations, request_.campaign.profile, clause_, kV);
    if (expected != nullptr && ruling.verdict == expected->verdict) {
      fmt::print("{} {}, as expected: {}\n", ClauseName(clause_), VerdictName(ruling.verdict),
                 expected->reason);
      return;
    }
    if (expected != nullptr && ruling.verdict == Verdict::kConforms) {
      FAIL() << "stale expectation: " << ClauseName(clause_) << " was expected as "
             << VerdictName(expected->verdict) << " (" << expected->reason
             << "), and it is kept; remove the entry";
    }
    if (ruling.verdict == Verdict::kViolates) {
      FAIL() << FailureMessageOf(request_, {ruling, result_.bundles.at(clause_)});
    }
    if (ruling.verdict == Verdict::kConforms) return;
    if (result_.misbehaviour || !result_.whole || !request_.process_end.empty())
      GTEST_SKIP() << "never put to the test: see Port.IsKept";
    FAIL() << ClauseName(clause_) << " was never put to the test (" << VerdictName(ruling.verdict)
           << "); if the monitor cannot come to it, say so in its expectations\n  The contract: "
           << GetClause(clause_).text;
  }

 private:
  const Request& request_;
  const VirtualResult& result_;
  const ClauseId clause_;
};

class PortCase : public testing::Test {
 public:
  PortCase(const Request& request, const CampaignEnvironment& environment)
      : request_(request), environment_(environment) {}
  void TestBody() override {
    if (!request_.process_end.empty()) FAIL() << request_.process_end;
    for (const std::string& change : environment_.changes) {
      ADD_FAILURE() << change << "; its process is to be left as it is (port.h, rules of the port)";
    }
    const auto& misbehaviour = environment_.result.misbehaviour;
    if (misbehaviour) FAIL() << FailureMessageOf(request_, *misbehaviour);
  }

 private:
  const Request& request_;
  const CampaignEnvironment& environment_;
};

// GoogleTest's filters want no hyphen.
std::string CaseName(ClauseId clause) {
  std::string name(ClauseName(clause));
  name.replace(name.find('-'), 1, "_");
  return name;
}

std::vector<ClauseId> CampaignEnvironment::ClausesToRun() {
  std::set<std::string> names;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      if (suite.GetTestInfo(j)->should_run()) names.insert(suite.GetTestInfo(j)->name());
    }
  }
  std::vector<ClauseId> clauses;
  for (const Clause& clause : Clauses()) {
    if (names.contains(CaseName(clause.id))) clauses.push_back(clause.id);
  }
  return clauses;
}

// Each part of what was asked for must have a clause that can be decided here.
std::vector<ClauseId> AskedFor(const Request& request) {
  std::string error;
  const std::optional<Selection> selection = SelectClauses(request.clauses, error);
  if (!selection) RefuseUsage(error);
  for (const SelectedPart& part : selection->parts) {
    error = WhyNotJudged(part, kV, request.campaign.profile);
    if (!error.empty()) RefuseUsage(error);
  }
  std::vector<ClauseId> clauses;
  for (const ClauseId id : selection->clauses) {
    const Clause& clause = GetClause(id);
    if ((clause.tiers & kV) != 0 && (clause.profiles & request.campaign.profile) != 0)
      clauses.push_back(id);
  }
  return clauses;
}

void Register(const Request& request, const CampaignEnvironment& environment) {
  const VirtualResult& result = environment.result;
  testing::RegisterTest("Port", "IsKept", nullptr, nullptr, __FILE__, __LINE__,
                        [&]() -> testing::Test* { return new PortCase(request, environment); });
  for (const ClauseId clause : AskedFor(request)) {
    testing::RegisterTest("Contract", CaseName(clause).c_str(), nullptr, nullptr, __FILE__,
                          __LINE__, [&request, &result, clause]() -> testing::Test* {
                            return new ClauseCase(request, result, clause);
                          });
  }
}

Subject SubjectUnderTest() {
  const proctor_implementation* implementation = proctor_implementation_under_test();
  if (implementation == nullptr || implementation->monitor == nullptr ||
      implementation->name == nullptr || implementation->release == nullptr) {
    RefuseUsage("proctor_implementation_under_test() must give a name, a release and a monitor");
  }
  return {.name = implementation->name, .implementation = implementation};
}

uint64_t NumberOrRefuse(const std::string& option, const std::string& text, uint64_t most) {
  std::string error;
  const std::optional<uint64_t> number = ParseNumber(text, 0, most, error);
  if (!number) RefuseUsage(fmt::format("{}: {}", option, error));
  return *number;
}

// The monitor under test, counted each time that a world starts it.
class CountedMonitor {
 public:
  CountedMonitor(Subject& subject, ChildProgress& progress)
      : original_(*subject.implementation), progress_(progress), counted_(original_) {
    counted_.monitor = Run;
    counted_.argument = this;
    subject.implementation = &counted_;
  }

 private:
  static void Run(const proctor_host* host, void* argument) {
    const auto& self = *static_cast<const CountedMonitor*>(argument);
    ++self.progress_.worlds;
    self.original_.monitor(host, self.original_.argument);
  }

  const proctor_implementation& original_;
  ChildProgress& progress_;
  proctor_implementation counted_;
};

// Bazel ends a test without a word when its time is up; this ends it before.
int64_t UsualLimitS() {
  constexpr int64_t kWithoutBazelS = 240;
  const std::string bazels = Environment("TEST_TIMEOUT");
  const int64_t limit_s = std::strtoll(bazels.c_str(), nullptr, 10) * 4 / 5;
  return limit_s > 0 ? limit_s : kWithoutBazelS;
}

// Each shard draws random worlds of its own, and all of them run every case.
void TakeShard(VirtualOptions& campaign) {
  const std::string shard = Environment("GTEST_SHARD_INDEX");
  if (!shard.empty() && shard != "0") campaign.seed = CaseSeed(campaign.seed, "shard " + shard);
  unsetenv("GTEST_TOTAL_SHARDS");
  unsetenv("GTEST_SHARD_INDEX");
}

int Main(int argc, char** argv) {
  Request request;
  std::string profile(ProfileName(kDefaultProfile));
  std::string expectations;
  testing::InitGoogleTest(&argc, argv);

  CLI::App app{"Puts the monitor that is linked in to the test of the contract, in virtual time."};
  app.add_option("--profile", profile, ProfileNames());
  app.add_option("--clauses", request.clauses, "comma-separated globs");
  app.add_option("--expectations", expectations, "a file of expected deviations");
  std::string seed = "1";
  std::string worlds = std::to_string(request.campaign.random_worlds);
  app.add_option("--seed", seed, "of the random worlds");
  app.add_option("--random_worlds", worlds, "how many");
  std::string limit = std::to_string(UsualLimitS());
  app.add_option("--limit_s", limit, "real time that the whole run may take, in seconds");
  app.add_option("--label", request.label,
                 "the monitor's library, for the line that replays a finding");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitWrongUsage;
  }

  request.campaign.seed = NumberOrRefuse("--seed", seed, UINT64_MAX);
  request.campaign.random_worlds =
      static_cast<int64_t>(NumberOrRefuse("--random_worlds", worlds, kWorldsMost));
  constexpr uint64_t kLimitMostS = 1'000'000;
  const auto limit_s = static_cast<int64_t>(NumberOrRefuse("--limit_s", limit, kLimitMostS));
  TakeShard(request.campaign);
  request.subject = SubjectUnderTest();
  const std::optional<Profile> known = FindProfile(profile);
  if (!known) RefuseUsage(fmt::format("--profile: there is no '{}'", profile));
  request.campaign.profile = *known;
  if (!expectations.empty()) request.expectations = ReadOrRefuse(expectations);
  auto* environment = new CampaignEnvironment(request);  // GoogleTest's from here on
  testing::AddGlobalTestEnvironment(environment);
  Register(request, *environment);

  const ChildEnd child = RunInChild(limit_s, [&](ChildProgress& progress) {
    CountedMonitor counted(request.subject, progress);
    const int status = RUN_ALL_TESTS();
    if (testing::UnitTest::GetInstance()->test_to_run_count() > 0) return status;
    fmt::print(stderr, "the filter '{}' matches no case\n", GTEST_FLAG_GET(filter));
    return kExitWrongUsage;
  });
  if (child.finished) return child.status;
  request.process_end = child.message;
  const int status = RUN_ALL_TESTS();
  return status != 0 ? status : EXIT_FAILURE;
}

}  // namespace
}  // namespace proctor

int main(int argc, char** argv) { return proctor::Main(argc, argv); }
