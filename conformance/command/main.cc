// The proctor command.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "conformance/command/check.h"
#include "conformance/command/exit_status.h"
#include "conformance/command/judge.h"
#include "conformance/command/list.h"
#include "conformance/command/observe.h"
#include "conformance/command/replay.h"

namespace proctor {
namespace {

// "60s", "10m", "500ms" as milliseconds.
const CLI::AsNumberWithUnit kDuration(
    std::map<std::string, int64_t>{{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}},
    CLI::AsNumberWithUnit::UNIT_REQUIRED, "DURATION");

struct Arguments {
  CheckOptions check;
  ObserveOptions observe;
  JudgeOptions judge;
  ReplayOptions replay;
  std::string listed;
  std::string explained;
  std::string profile;
  std::string tiers;
};

void AddProfile(CLI::App& app, Arguments& arguments) {
  std::vector<std::string> names;
  for (Profile profile : kProfiles) names.emplace_back(ProfileName(profile));
  app.add_option("--profile", arguments.profile,
                 "judge by this profile instead of the version declared")
      ->check(CLI::IsMember(names));
}

void AddList(CLI::App& app, Arguments& arguments) {
  CLI::App* list =
      app.add_subcommand("list", "print clauses, scenarios, implementations or mutants");
  list->add_option("what", arguments.listed, "clauses, scenarios, implementations or mutants")
      ->required()
      ->check(CLI::IsMember({"clauses", "scenarios", "implementations", "mutants"}));
  CLI::App* explain = app.add_subcommand("explain", "print one clause whole");
  explain->add_option("clause", arguments.explained, "its name, e.g. DEEP-9")->required();
}

void AddCheck(CLI::App& app, Arguments& arguments) {
  CheckOptions& options = arguments.check;
  CLI::App* check = app.add_subcommand("check", "put an implementation to the test");
  check
      ->add_option("implementation", options.implementation,
                   "a name that `list implementations` shows, NAME=TOOLCHAIN, or an adapter's path")
      ->required();
  check->add_option("--clauses", options.clauses, "globs, separated by commas")
      ->capture_default_str();
  check->add_option("--tiers", arguments.tiers, "kinds of evidence, e.g. O,X");
  check->add_option("--scenario", options.scenarios,
                    "run only this one (a name or a file); repeatable");
  check->add_option("--seed", options.seed, "64-bit seed")->capture_default_str();
  check
      ->add_option("--budget", options.budget_ms,
                   "start no scenario after it, e.g. 120s, the default")
      ->transform(kDuration);
  check->add_option("--worlds", options.worlds, "random worlds for tier V")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  check->add_option("--out", options.out, "write results, traces and scenarios to this folder");
  check->add_option("--expectations", options.expectations, "a file instead of the built-in ones");
  AddProfile(*check, arguments);
}

void AddObserve(CLI::App& app, Arguments& arguments) {
  ObserveOptions& options = arguments.observe;
  CLI::App* observe = app.add_subcommand("observe", "watch the monitor of any process");
  observe->add_option("--pid", options.pid, "attach to this process")->check(CLI::PositiveNumber);
  observe->add_option("--for", options.for_ms, "how long, e.g. 10s")->transform(kDuration);
  observe->add_option("--out", options.out, "write results and the trace to this folder");
  observe->add_option("command", options.command, "-- COMMAND ARGUMENTS: start and watch it");
  AddProfile(*observe, arguments);
}

void AddJudge(CLI::App& app, Arguments& arguments) {
  CLI::App* judge = app.add_subcommand("judge", "grade a stored trace");
  judge->add_option("trace", arguments.judge.trace, "a trace file")->required();
  judge->add_option("--out", arguments.judge.out, "write the results to this folder");
  AddProfile(*judge, arguments);
}

void AddReplay(CLI::App& app, Arguments& arguments) {
  CLI::App* replay = app.add_subcommand("replay", "run again what a bundle holds");
  replay->add_option("bundle", arguments.replay.bundle, "a file that `check --out` or a test wrote")
      ->required();
  replay->add_option("--out", arguments.replay.out,
                     "write the results and the trace to this folder");
}

int Complain(const std::string& what) {
  fmt::print(stderr, "proctor: {}\n", what);
  return kExitWrongUsage;
}

int Dispatch(CLI::App& app, Arguments& arguments) {
  if (!arguments.profile.empty()) {
    arguments.check.profile = arguments.observe.profile = arguments.judge.profile =
        FindProfile(arguments.profile);
  }
  if (app.got_subcommand("list")) {
    if (arguments.listed == "clauses") return ListClauses();
    if (arguments.listed == "scenarios") return ListScenarios();
    if (arguments.listed == "mutants") return ListMutants();
    return ListImplementations();
  }
  if (app.got_subcommand("explain")) return Explain(arguments.explained);
  if (app.got_subcommand("replay")) return Replay(arguments.replay);
  if (app.got_subcommand("judge")) return JudgeStored(arguments.judge);
  if (app.got_subcommand("observe")) {
    if ((arguments.observe.pid != 0) == !arguments.observe.command.empty()) {
      return Complain("observe needs either --pid PID or -- COMMAND");
    }
    return Observe(arguments.observe);
  }
  if (!arguments.tiers.empty()) {
    const std::optional<TierSet> tiers = ParseTiers(arguments.tiers);
    if (!tiers) return Complain("unknown tier in '" + arguments.tiers + "'; there are V,T,O,X");
    arguments.check.tiers = *tiers;
  }
  if (MatchClauses(arguments.check.clauses).empty()) {
    return Complain("no clause matches '" + arguments.check.clauses +
                    "'; `proctor list clauses` shows all");
  }
  return Check(arguments.check);
}

int Main(int argc, char** argv) {
  // `bazel run` starts in the runfiles; the user means the folder where they typed the command.
  if (const char* directory = std::getenv("BUILD_WORKING_DIRECTORY")) {
    if (chdir(directory) != 0) return Complain(fmt::format("cannot go to {}", directory));
  }
  CLI::App app("Examines the system monitor of a task runtime, clause by clause.", "proctor");
  app.require_subcommand(1);
  Arguments arguments;
  AddCheck(app, arguments);
  AddObserve(app, arguments);
  AddJudge(app, arguments);
  AddReplay(app, arguments);
  AddList(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitAsExpected : kExitWrongUsage;
  }
  return Dispatch(app, arguments);
}

}  // namespace
}  // namespace proctor

int main(int argc, char** argv) { return proctor::Main(argc, argv); }
