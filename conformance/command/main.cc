// The proctor command.

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "conformance/campaign/numbers.h"
#include "conformance/campaign/virtual_run.h"
#include "conformance/command/check.h"
#include "conformance/command/compare.h"
#include "conformance/command/judge.h"
#include "conformance/command/lint.h"
#include "conformance/command/list.h"
#include "conformance/command/observe.h"
#include "conformance/command/output.h"
#include "conformance/command/replay.h"
#include "conformance/command/stress.h"
#include "conformance/process/stop_request.h"
#include "conformance/process/stop_signals.h"
#include "conformance/report/exit_status.h"
#include "stress/workloads/workloads.h"

namespace proctor {
namespace {

constexpr uint64_t kPidMost = 4'194'304;  // the kernel's own limit
constexpr rlim_t kOpenFilesLeast = 128;   // a scenario of some descriptors, and both ends of each
constexpr rlim_t kStackBytesLeast = 256 << 10;  // of each thread, too

struct Arguments {
  CheckOptions check;
  ObserveOptions observe;
  JudgeOptions judge;
  LintCommandOptions lint;
  ReplayOptions replay;
  StressOptions stress;
  CompareOptions compare;
  std::string listed;
  std::string listed_of = "reference";
  std::string explained;
};

CLI::Option* AddDuration(CLI::App& app, const std::string& name, int64_t& ms,
                         const std::string& about) {
  return app.add_option_function<std::string>(
      name,
      [name, &ms](const std::string& text) {
        std::string error;
        const std::optional<int64_t> parsed = ParseDurationMs(text, error);
        if (!parsed) throw CLI::ValidationError(name, error);
        ms = *parsed;
      },
      about);
}

template <typename Int>
CLI::Option* AddNumber(CLI::App& app, const std::string& name, Int& number, uint64_t least,
                       uint64_t most, const std::string& about) {
  return app.add_option_function<std::string>(
      name,
      [name, &number, least, most](const std::string& text) {
        std::string error;
        const std::optional<uint64_t> parsed = ParseNumber(text, least, most, error);
        if (!parsed) throw CLI::ValidationError(name, error);
        number = static_cast<Int>(*parsed);
      },
      about);
}

void AddProfile(CLI::App& app, std::optional<Profile>& profile) {
  app.add_option_function<std::string>(
      "--profile",
      [&profile](const std::string& name) {
        profile = FindProfile(name);
        if (!profile) {
          throw CLI::ValidationError(
              "--profile", fmt::format("there is no '{}'; it is {}", name, ProfileNames()));
        }
      },
      "judge by this profile instead of the version declared");
}

void AddList(CLI::App& app, Arguments& arguments) {
  CLI::App* list =
      app.add_subcommand("list", "print clauses, scenarios, implementations or mutants");
  list->add_option("what", arguments.listed, "clauses, scenarios, implementations or mutants")
      ->required()
      ->check(CLI::IsMember({"clauses", "scenarios", "implementations", "mutants"}));
  list->add_option("--implementation", arguments.listed_of,
                   "of `mutants`: `reference`, hunted now, or `go`, changed toolchains")
      ->check(CLI::IsMember({"reference", "go"}))
      ->capture_default_str();
  CLI::App* explain = app.add_subcommand("explain", "print one clause whole");
  explain->add_option("clause", arguments.explained, "its name, e.g. DEEP-9")->required();
}

void AddCheck(CLI::App& app, Arguments& arguments) {
  CampaignRequest& request = arguments.check.request;
  CLI::App* check = app.add_subcommand("check", "put an implementation to the test");
  check
      ->add_option("implementation", request.implementation,
                   "a name that `list implementations` shows, NAME=TOOLCHAIN, or an adapter's path")
      ->required();
  check->add_option("--clauses", request.clauses, "globs, separated by commas")
      ->capture_default_str();
  check->add_option_function<std::string>(
      "--tiers",
      [&request](const std::string& names) {
        const std::optional<TierSet> tiers = ParseTiers(names);
        if (!tiers || *tiers == 0) {
          throw CLI::ValidationError("--tiers",
                                     fmt::format("unknown tier in '{}'; there are {}", names,
                                                 TierNames(kV | kT | kO | kX | kD)));
        }
        request.tiers = *tiers;
      },
      "kinds of evidence, e.g. O,X");
  // One word each time, so that the implementation may stand behind it.
  check
      ->add_option("--scenario", request.scenarios,
                   "run only this one (a name or a file); repeatable")
      ->allow_extra_args(false);
  AddNumber(*check, "--seed", request.seed, 0, UINT64_MAX, "64-bit seed; 1 if left out");
  AddDuration(*check, "--budget", request.budget_ms,
              "start no scenario after it; 120s if left out");
  AddNumber(*check, "--worlds", request.worlds, 0, kWorldsMost,
            "random worlds for tier V; 100000 if left out");
  check->add_option("--out", arguments.check.out,
                    "write results, traces and scenarios to this folder");
  check->add_option("--state-map", request.state_map,
                    "where the runtime's variables are, for tier D, instead of the built-in maps");
  check->add_option("--expectations", request.expectations, "a file instead of the built-in ones");
  AddProfile(*check, request.profile);
}

void AddLint(CLI::App& app, Arguments& arguments) {
  LintCommandOptions& options = arguments.lint;
  CLI::App* lint = app.add_subcommand("lint", "say what is wrong with an adapter");
  lint->add_option("adapter", options.implementation,
                   "an adapter's path, or a name that `list implementations` shows")
      ->required();
  AddDuration(*lint, "--deadline", options.deadline_ms,
              "for a handshake or a scenario of some milliseconds; 10s if left out");
}

void AddObserve(CLI::App& app, Arguments& arguments) {
  ObserveOptions& options = arguments.observe;
  CLI::App* observe = app.add_subcommand("observe", "watch the monitor of any process");
  AddNumber(*observe, "--pid", options.request.pid, 1, kPidMost, "attach to this process");
  AddDuration(*observe, "--for", options.request.for_ms, "how long; 10s if left out");
  observe->add_flag("--follow-children", options.follow_children,
                    "one row for each process that the command starts");
  observe->add_option("--out", options.out, "write results and the trace to this folder");
  observe->add_option("command", options.request.command,
                      "-- COMMAND ARGUMENTS: start and watch it");
  AddProfile(*observe, options.request.profile);
}

void AddJudge(CLI::App& app, Arguments& arguments) {
  CLI::App* judge = app.add_subcommand("judge", "grade a stored trace");
  judge->add_option("trace", arguments.judge.trace, "a trace file")->required();
  judge->add_option("--out", arguments.judge.out, "write the results to this folder");
  AddProfile(*judge, arguments.judge.profile);
}

void AddReplay(CLI::App& app, Arguments& arguments) {
  CLI::App* replay = app.add_subcommand("replay", "run again what a bundle holds");
  replay->add_option("bundle", arguments.replay.bundle, "a file that `check --out` or a test wrote")
      ->required();
  replay->add_option("--out", arguments.replay.out,
                     "write the results and the trace to this folder");
}

void AddStress(CLI::App& app, Arguments& arguments) {
  StressRequest& request = arguments.stress.request;
  CLI::App* stress = app.add_subcommand("stress", "workloads and faults until a budget ends");
  stress
      ->add_option("implementation", request.implementation,
                   "as `check` takes it, or mutant=NAME of the reference's broken monitors")
      ->required();
  AddDuration(*stress, "--budget", request.budget_ms, "start no case after it; 60s if left out");
  AddNumber(*stress, "--seed", request.seed, 0, UINT64_MAX, "64-bit seed; 1 if left out");
  stress->add_option("--workload", request.workload, "this family of workloads only");
  AddNumber(*stress, "--intensity", request.intensity, 1, kIntensityMost,
            "how much load; grows with time if left out");
  stress->add_option("--case", request.case_file, "run only this case, which a run has kept");
  stress->add_option("--out", arguments.stress.out,
                     "write results there, and the cases that fail, which run first next time");
}

void AddCompare(CLI::App& app, Arguments& arguments) {
  CompareOptions& options = arguments.compare;
  CLI::App* compare =
      app.add_subcommand("compare", "implementations, or earlier runs, side by side");
  compare
      ->add_option("what", options.request.implementations,
                   "implementations as `check` takes them, or folders that --out has written")
      ->required();
  AddDuration(*compare, "--budget", options.request.budget_ms,
              "start no round of measurements after it, once there are 6; 5m if left out");
  AddNumber(*compare, "--seed", options.request.seed, 0, UINT64_MAX, "64-bit seed; 1 if left out");
  AddNumber(*compare, "--effect", options.effect_percent, 0, 1000,
            "the least difference, in %, that is called one; 5 if left out");
  compare->add_flag("!--no-clauses", options.request.clauses, "latencies only");
  compare->add_option("--out", options.out, "write the comparison to this folder");
}

int Refuse(const std::string& error) {
  Say(error);
  return kExitWrongUsage;
}

// How the user started this program, such that it starts it again from the folder where it was
// typed.
std::string ProgramName(const char* typed) {
  std::string name = typed != nullptr ? typed : "proctor";
  std::error_code failure;
  const bool leaves_folder = std::getenv("BUILD_WORKING_DIRECTORY") != nullptr;
  if (!leaves_folder || name.find('/') == std::string::npos) return name;
  const std::filesystem::path path = std::filesystem::absolute(name, failure);
  return failure ? name : path.string();
}

int Dispatch(CLI::App& app, Arguments& arguments, StopRequest& stop) {
  if (app.got_subcommand("list")) {
    if (arguments.listed == "clauses") return ListClauses();
    if (arguments.listed == "scenarios") return ListScenarios();
    if (arguments.listed == "mutants") {
      return arguments.listed_of == "go" ? ListGoMutants() : ListMutants();
    }
    return ListImplementations();
  }
  if (app.got_subcommand("explain")) return Explain(arguments.explained);
  if (app.got_subcommand("replay")) return Replay(arguments.replay);
  if (app.got_subcommand("judge")) return JudgeStored(arguments.judge);
  if (app.got_subcommand("stress")) return Stress(arguments.stress, stop);
  if (app.got_subcommand("compare")) {
    if (arguments.compare.request.implementations.size() < 2) {
      return Refuse("compare needs two implementations or earlier runs, or more");
    }
    return Compare(arguments.compare, stop);
  }
  if (app.got_subcommand("check")) return Check(arguments.check, stop);
  if (app.got_subcommand("lint")) return LintAdapter(arguments.lint, stop);
  const ObservationRequest& request = arguments.observe.request;
  if ((request.pid != 0) == !request.command.empty()) {
    return Refuse("observe needs either --pid PID or -- COMMAND");
  }
  if (arguments.observe.follow_children && request.command.empty()) {
    return Refuse(
        "--follow-children needs -- COMMAND, whose processes it follows from their start");
  }
  return Observe(arguments.observe, stop);
}

// An empty word is most often a variable that is not set: nobody means the default by it. Only the
// arguments of a command to observe may be empty.
void RefuseEmptyWords(CLI::App& app) {
  for (CLI::App* subcommand : app.get_subcommands([](CLI::App*) { return true; })) {
    for (CLI::Option* option : subcommand->get_options()) {
      if (option->get_items_expected_max() == 0 || option->get_name() == "command") continue;
      option->check([](const std::string& word) {
        return word.empty() ? "is empty; give a value, or leave it out" : "";
      });
    }
  }
}

// The library's words for these would be understood by its authors.
std::string Mismatch(const std::string& what) {
  const std::string option = what.substr(0, what.find(':'));
  if (what.find("At Most") != std::string::npos) return option + ": may be given once only";
  if (what.find("required TEXT missing") != std::string::npos) return option + ": needs a value";
  return what;
}

// What the library says of a wrong command line, in one line. Of a first word that is no subcommand
// it does not say which it is.
std::string UsageError(const CLI::App& app, int argc, char** argv, const CLI::ParseError& error) {
  std::string names;
  bool known = argc < 2 || argv[1][0] == '-';
  for (const CLI::App* subcommand : app.get_subcommands([](const CLI::App*) { return true; })) {
    names += (names.empty() ? "" : ", ") + subcommand->get_name();
    known = known || subcommand->get_name() == argv[1];
  }
  if (!known) return fmt::format("there is no subcommand '{}'; there are {}", argv[1], names);
  if (argc < 2) return fmt::format("a subcommand is missing; there are {}", names);
  return fmt::format("{}; --help shows what there is", Mismatch(error.what()));
}

// So that a machine with few descriptors is not taken for an adapter that fails.
bool HasOpenFiles(std::string& error) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return true;
  if (limit.rlim_max >= kOpenFilesLeast && limit.rlim_cur < kOpenFilesLeast) {
    limit.rlim_cur = kOpenFilesLeast;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= kOpenFilesLeast) return true;
  error = fmt::format("only {} files may be open at once, and {} are needed: raise `ulimit -n`",
                      limit.rlim_cur, kOpenFilesLeast);
  return false;
}

// A thread that overflows its stack is a crash without a word.
bool HasStack(std::string& error) {
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kStackBytesLeast) return true;
  error = fmt::format("a stack may have only {} KiB, and {} are needed: raise `ulimit -s`",
                      limit.rlim_cur / 1024, kStackBytesLeast / 1024);
  return false;
}

int Run(int argc, char** argv) {
  std::string error;
  if (!HasOpenFiles(error) || !HasStack(error)) {
    Say(error);
    return kExitFailed;
  }
  StopRequest stop;
  const StopSignals signals(stop);
  Arguments arguments;
  arguments.check.request.program = arguments.observe.request.program = arguments.replay.program =
      arguments.stress.request.program = arguments.compare.request.program = ProgramName(argv[0]);
  // `bazel run` starts in the runfiles; the user means the folder where they typed the command.
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory != nullptr && *directory != '\0') {
    if (chdir(directory) != 0) return Refuse(fmt::format("cannot go to {}", directory));
  }
  CLI::App app("Examines the system monitor of a task runtime, clause by clause.", "proctor");
  app.require_subcommand(1);
  AddCheck(app, arguments);
  AddLint(app, arguments);
  AddObserve(app, arguments);
  AddJudge(app, arguments);
  AddReplay(app, arguments);
  AddStress(app, arguments);
  AddCompare(app, arguments);
  AddList(app, arguments);
  RefuseEmptyWords(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    if (wrong.get_exit_code() != 0) return Refuse(UsageError(app, argc, argv, wrong));
    std::ostringstream help;
    app.exit(wrong, help, help);
    Print(help.str());
    return kExitAsExpected;
  }
  return Dispatch(app, arguments, stop);
}

int Main(int argc, char** argv) {
  PrepareOutput();
  int status = kExitFailed;
  try {
    status = Run(argc, argv);
  } catch (const std::bad_alloc&) {
    Say("there is no memory left");
  } catch (const std::system_error& error) {
    Say(
        fmt::format("the system refuses what is needed ({}): more threads, say; `ulimit -a` shows "
                    "its limits",
                    error.what()));
  } catch (const std::exception& error) {
    Say(fmt::format("ended by an error that nothing was prepared for: {}", error.what()));
  }
  return FinishOutput(status);
}

}  // namespace
}  // namespace proctor

int main(int argc, char** argv) { return proctor::Main(argc, argv); }
