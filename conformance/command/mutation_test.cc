// What the command takes in, mutated: whatever comes, it is refused in one line or taken, within
// ten seconds and little memory. The number of mutations of each kind and the seed come from the
// environment: MUTATIONS, SEED.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "conformance/adapter/protocol.h"
#include "conformance/campaign/virtual_check.h"
#include "conformance/command/mutator.h"
#include "conformance/evidence/trace.h"
#include "conformance/implementations/reference/reference.h"
#include "conformance/judge/panel.h"
#include "conformance/judge/recordings.h"
#include "conformance/report/expectations.h"
#include "conformance/report/render.h"
#include "conformance/scenario/library.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSecondsMost = 10;
constexpr int64_t kMemoryKiBMost = 256 * 1024;
constexpr int64_t kInTests = 1'000;  // of each kind

int64_t Setting(const char* name, int64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::atoll(value) : otherwise;
}

std::string Contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The hostile files of a kind are good seeds as well.
std::vector<std::string> WithHostile(std::vector<std::string> seeds, const std::string& kind) {
  for (const auto& entry : fs::directory_iterator("conformance/command/hostile/" + kind)) {
    seeds.push_back(Contents(entry.path()));
  }
  return seeds;
}

// Feeds mutations of the seeds to `take`, which returns the error; empty: it took the text.
void Feed(const std::vector<std::string>& seeds,
          const std::function<std::string(const std::string&)>& take, int64_t share = 1) {
  const int64_t mutations = std::max<int64_t>(Setting("MUTATIONS", kInTests) / share, 1);
  const auto seed = static_cast<uint64_t>(Setting("SEED", 1));
  int64_t taken = 0;
  for (int64_t i = 0; i < mutations; ++i) {
    Mutator mutator(seed * 1'000'003 + static_cast<uint64_t>(i));
    const std::string text = mutator.Mutate(seeds[static_cast<size_t>(i) % seeds.size()]);
    alarm(kSecondsMost);  // a hang ends the test by its signal
    const std::string error = take(text);
    alarm(0);
    taken += error.empty() ? 1 : 0;
    ASSERT_EQ(error.find('\n'), std::string::npos) << "mutation " << i << ": " << error;
    ASSERT_LT(error.size(), 1'000u) << "mutation " << i << ": " << error;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  // AddressSanitizer keeps what was freed.
  if (std::getenv("ASAN_OPTIONS") == nullptr) {
    EXPECT_LT(usage.ru_maxrss, kMemoryKiBMost);
  }
  fmt::print("{} mutations, {} taken, {} KiB\n", mutations, taken, usage.ru_maxrss);
  // A mutator whose texts are all refused, or all taken, tests next to nothing.
  if (mutations >= 100) {
    EXPECT_GT(taken, 0);
    EXPECT_LT(taken, mutations);
  }
}

std::vector<std::string> ScenarioTexts() {
  std::vector<std::string> texts;
  for (const NamedScenario& named : ScenarioLibrary()) {
    texts.push_back(FormatScenario(named.scenario));
  }
  return texts;
}

TEST(Mutation, Scenarios) {
  Feed(WithHostile(ScenarioTexts(), "scenario"), [](const std::string& text) {
    std::string error;
    const std::optional<Scenario> scenario = ParseScenario(text, error);
    if (!scenario) return error;
    std::string again;
    EXPECT_EQ(ParseScenario(FormatScenario(*scenario), again), scenario) << again;
    return std::string();
  });
}

TEST(Mutation, Bundles) {
  std::vector<std::string> seeds;
  for (const NamedScenario& named : ScenarioLibrary()) {
    seeds.push_back(FormatBundle({.implementation = "reference",
                                  .clause = ClauseId::kCAD_2,
                                  .scenario = named.scenario,
                                  .choices = std::vector<uint32_t>{0, 3, 1}}));
  }
  Feed(WithHostile(seeds, "bundle"), [](const std::string& text) {
    std::string error;
    const std::optional<Bundle> bundle = ParseBundle(text, error);
    return bundle ? std::string() : error;
  });
}

// Worlds of what is left of the scenarios: a tenth of the others' number, as each runs.
TEST(Mutation, Replays) {
  std::vector<std::string> seeds;
  for (const NamedScenario& named : ScenarioLibrary()) {
    seeds.push_back(FormatBundle({.implementation = "reference", .scenario = named.scenario}));
  }
  const Subject subject{.name = "reference", .implementation = &ReferenceImplementation()};
  Feed(
      seeds,
      [&](const std::string& text) {
        std::string error;
        const std::optional<Bundle> bundle = ParseBundle(text, error);
        if (!bundle) return error;
        ReplayVirtually(subject, *bundle, nullptr);
        return std::string();
      },
      /*share=*/10);
}

TEST(Mutation, Expectations) {
  const std::vector<std::string> seeds = {
      R"({"schema": "proctor-expectations/1", "implementation": "go", "entries": [)"
      R"({"clause": "PRE-5", "tier": "X", "profiles": ["go1.20", "go1.26"], "verdict": "violates",)"
      R"( "reason": "none"}, {"clause": "CAD-2", "verdict": "not_exercised", "reason": "idle"}]})"};
  Feed(WithHostile(seeds, "expectations"), [](const std::string& text) {
    std::string error;
    const std::optional<Expectations> expectations = ParseExpectations(text, error);
    if (!expectations) return error;
    const Ruling ruling{.clause = ClauseId::kCAD_2, .tier = kO, .verdict = Verdict::kConforms};
    EXPECT_EQ(Apply(*expectations, kGo1_20, {ruling}, true).size(), 1u);
    return std::string();
  });
}

TEST(Mutation, ResultsAndTheirRenderers) {
  Ruling ruling{.clause = ClauseId::kPRE_5,
                .tier = kX,
                .verdict = Verdict::kViolates,
                .triggers = 3,
                .message = "waited <40> ms | \xc3\xa4"};
  ruling.evidence = {MakeEvent(5, EventKind::kShallowSleep, {{Arg::kDurationNs, 20}}),
                     MakeEvent(9, EventKind::kDeepWake, {{Arg::kCause, 1}})};
  Result result{.ruling = ruling, .expected = false, .replay = "proctor check go"};
  result.scenario = ScenarioLibrary()[0].scenario;
  const std::string text = FormatResults({.implementation = "go",
                                          .version = "go1.19.8",
                                          .verdicts = {result, result},
                                          .unjudged = {"x"},
                                          .exit_status = 1});
  Feed({text}, [](const std::string& mutated) {
    std::string error;
    const std::optional<Results> results = ParseResults(mutated, error);
    if (!results) return error;
    RenderTable(*results, {});
    RenderJUnit(*results);
    RenderMarkdown(*results);
    std::string again;
    EXPECT_TRUE(ParseResults(FormatResults(*results), again)) << again;
    return std::string();
  });
}

// Judged to their end, as `proctor judge` does it.
TEST(Mutation, Traces) {
  constexpr size_t kBytesMost = 20'000;  // of a long recording the beginning
  std::vector<std::string> seeds;
  for (const char* name : kRecordings) {
    std::string text = Contents(fmt::format("conformance/judge/testdata/{}.jsonl", name));
    if (text.size() > kBytesMost) text.resize(text.rfind('\n', kBytesMost) + 1);
    seeds.push_back(std::move(text));
  }
  Feed(WithHostile(seeds, "trace"), [](const std::string& text) {
    std::istringstream stream(text);
    TraceReader reader(stream, "t");
    const std::optional<Header> header = reader.ReadHeader();
    if (!header) return reader.error();
    Panel panel(*header);
    while (const std::optional<Event> event = reader.Next()) panel.Observe(*event);
    panel.Close();
    return reader.error();
  });
}

TEST(Mutation, Conversations) {
  const std::string text =
      R"({"schema":"proctor-adapter/1","name":"go","version":"go1.20","operations":["spin","wait"],)"
      R"("settable":["procs"],"in_force":{"procs":1},"emits":["shallow_sleep","lock"]})"
      "\n"
      R"({"t":1,"e":"scenario_start","g":0})"
      "\n"
      R"({"t":2,"e":"op_begin","g":1,"op":"spin","index":0,"duration_ns":5})"
      "\n"
      R"({"done":{"in_force":{"procs":1}}})"
      "\n";
  Feed({text}, [](const std::string& mutated) {
    std::istringstream lines(mutated);
    std::string line;
    std::string error;
    bool greeted = false;
    while (error.empty() && std::getline(lines, line)) {
      if (!greeted) {
        const std::optional<Handshake> handshake = ParseHandshake(line, error);
        greeted = true;
        if (handshake) FindUnsupported(*handshake, ScenarioLibrary()[0].scenario);
      } else {
        ParseReply(line, error);
      }
    }
    return error;
  });
}

}  // namespace
}  // namespace proctor
