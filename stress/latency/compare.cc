// bazel run --config=opt //stress/latency:compare [-- OPTIONS; see --help]
//
// Measures the reference runtime, Go from PATH and Boost.Fiber side by side: every operation on 1
// and 2 processors. In every round all subjects do an operation right after one another, each round
// in another order, so that whatever else the machine does hits all alike; where the system allows
// it, all run at the highest priority. Prints the medians of all rounds, the reference's ratio to
// Go, and whether it is within its target. Exit status: 0 all targets met, 1 one was missed, 3
// something could not be measured, 64 wrong usage.

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "stress/latency/operations.h"
#include "stress/latency/subject.h"

namespace proctor::latency {
namespace {

constexpr int32_t kProcs[] = {1, 2};
constexpr size_t kReference = 0, kGo = 1, kFiber = 2;  // in the list of subjects

struct Settings {
  int rounds = 7;
  int divisor = 1;
  std::vector<std::string> operations;  // empty: all
};

// One line of the table: what every subject took in every round.
class Row {
 public:
  Row(const Operation& operation, int32_t procs, size_t subjects)
      : operation_(operation), procs_(procs), figures_(subjects) {}

  void Measure(const std::vector<Subject>& subjects, int round, int divisor) {
    for (size_t i = 0; i < subjects.size(); ++i) {
      const size_t at = (i + static_cast<size_t>(round)) % subjects.size();
      if (!subjects[at].absent.empty()) continue;
      const Figure figure = proctor::latency::Measure(subjects[at], operation_, procs_, divisor);
      if (figure.value) figures_[at].push_back(*figure.value);
      if (!figure.error.empty()) errors_.push_back(figure.error);
    }
  }

  // Whether the target was met or there is none.
  bool Print() const {
    const std::optional<double> reference = MedianOf(kReference), go = MedianOf(kGo);
    std::string ratio = "-", target;
    bool met = true;
    if (operation_.ratio_to_go_most > 0) {
      target = fmt::format("{:.1f} x Go", operation_.ratio_to_go_most);
      if (reference && go && *go > 0) {
        ratio = fmt::format("{:.2f}", *reference / *go);
        met = *reference <= operation_.ratio_to_go_most * *go;
      }
    } else {
      target = fmt::format("{:g} {}", operation_.most, operation_.unit);
      met = !reference || *reference <= operation_.most;
    }
    fmt::print("{:34}{:>6}{:>7}{:>11}{:>11}{:>13}{:>7}{:>10}  {}\n", operation_.description, procs_,
               operation_.unit, Show(reference), Show(go), Show(MedianOf(kFiber)), ratio, target,
               !reference ? "-"
               : met      ? "met"
                          : "MISSED");
    return met;
  }

  const std::vector<std::string>& errors() const { return errors_; }

 private:
  std::optional<double> MedianOf(size_t subject) const {
    std::vector<double> sorted = figures_[subject];
    if (sorted.empty()) return std::nullopt;
    std::sort(sorted.begin(), sorted.end());
    return (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
  }

  std::string Show(std::optional<double> figure) const {
    if (!figure) return "-";
    if (operation_.unit == std::string("%")) return fmt::format("{:.3f}", *figure);
    return *figure < 100 ? fmt::format("{:.1f}", *figure) : fmt::format("{:.0f}", *figure);
  }

  const Operation& operation_;
  const int32_t procs_;
  std::vector<std::vector<double>> figures_;  // by subject
  std::vector<std::string> errors_;
};

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = (std::filesystem::temp_directory_path() / "latency.XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) {
      fmt::print(stderr, "compare: cannot make a directory like {}: set TMPDIR\n", path_);
      std::exit(3);
    }
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<Row> RowsFor(const Settings& settings, size_t subjects) {
  std::vector<Row> rows;
  for (const Operation& operation : Operations()) {
    const auto& wanted = settings.operations;
    if (!wanted.empty() &&
        std::find(wanted.begin(), wanted.end(), operation.name) == wanted.end()) {
      continue;
    }
    for (int32_t procs : kProcs) rows.emplace_back(operation, procs, subjects);
  }
  return rows;
}

int Compare(const Settings& settings) {
  const TemporaryDirectory directory;
  const std::string here = "stress/latency";
  const std::vector<Subject> subjects = {
      {"reference", here + "/reference_subject", ""},
      BuildGoSubject(here + "/latency.go", directory.path()),
      {"Boost.Fiber", here + "/fiber_subject", ""},
  };
  // A wake-up that has to wait for another process's time slice takes a hundred times as long.
  constexpr int kHighestPriority = -20;
  const bool before_others = setpriority(PRIO_PROCESS, 0, kHighestPriority) == 0;
  std::vector<Row> rows = RowsFor(settings, subjects.size());
  for (int round = 0; round < settings.rounds; ++round) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (isatty(STDERR_FILENO)) {
        fmt::print(stderr, "\rround {} of {}, {} of {} ", round + 1, settings.rounds, i + 1,
                   rows.size());
      }
      rows[i].Measure(subjects, round, settings.divisor);
    }
  }
  if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r{:40}\r", "");

  bool met = true, measured = true;
  fmt::print("{:34}{:>6}{:>7}{:>11}{:>11}{:>13}{:>7}{:>10}\n", "operation", "procs", "unit",
             "reference", "Go", "Boost.Fiber", "ratio", "target");
  for (const Row& row : rows) met &= row.Print();
  for (const Subject& subject : subjects) {
    if (!subject.absent.empty()) fmt::print("SKIPPED {}: {}\n", subject.name, subject.absent);
  }
  if (!before_others) {
    fmt::print("NOTE measured at the usual priority; as root, other processes disturb less\n");
  }
  for (const Row& row : rows) {
    for (const std::string& error : row.errors()) {
      measured = false;
      fmt::print("ERROR {}\n", error);
    }
  }
  return !measured ? 3 : met ? 0 : 1;
}

}  // namespace
}  // namespace proctor::latency

int main(int argc, char** argv) {
  proctor::latency::Settings settings;
  std::vector<std::string> names;
  for (const proctor::latency::Operation& operation : proctor::latency::Operations())
    names.push_back(operation.name);
  CLI::App app("Latencies of the reference runtime, Go and Boost.Fiber side by side.", "compare");
  app.add_option("--rounds", settings.rounds, "how often everything is measured")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--divisor", settings.divisor, "what the repetitions in a round are divided by")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("operations", settings.operations, "which operations; none: all")
      ->check(CLI::IsMember(names));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 64;
  }
  return proctor::latency::Compare(settings);
}
