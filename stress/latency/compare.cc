// bazel run --config=opt //stress/latency:compare [-- --rounds=N] [Google Benchmark's own flags]
//
// Measures the reference runtime, Go from PATH and Boost.Fiber side by side: every operation on 1
// and 2 processors, in rounds whose order is random, so that whatever else the machine does hits
// all alike. Prints medians, the reference's ratio to Go, and whether it is within its target.
// Exit status: 0 all targets met, 1 one was missed, 3 something could not be measured.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "stress/latency/operations.h"
#include "stress/latency/subject.h"

namespace proctor {
namespace {

using Key = std::tuple<std::string, int32_t, std::string>;  // operation, processors, subject
constexpr int32_t kProcs[] = {1, 2};

std::string NameOf(const Operation& operation, int32_t procs, const Subject& subject) {
  return fmt::format("{}/{}/{}", operation.name, procs, subject.name);
}

// Keeps the medians that the library computes of all rounds.
class Medians : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) {
        errors_[run.run_name.function_name] = run.error_message;
      } else if (run.run_type == Run::RT_Aggregate && run.aggregate_name == "median") {
        medians_[run.run_name.function_name] = run.counters.at("figure");
      }
    }
  }
  const double* Find(const std::string& name) const {
    const auto found = medians_.find(name);
    return found == medians_.end() ? nullptr : &found->second;
  }
  const std::map<std::string, std::string>& errors() const { return errors_; }

 private:
  std::map<std::string, double> medians_;
  std::map<std::string, std::string> errors_;
};

constexpr const char* kUnsupported = "unsupported";

void MeasureOnce(benchmark::State& state, const Subject& subject, const Operation& operation,
                 int32_t procs) {
  for (auto _ : state) {
    const Figure figure = Measure(subject, operation, procs, 1);
    if (figure.value) {
      state.counters["figure"] = *figure.value;
      state.SetIterationTime(*figure.value * 1e-9);  // of a figure in bytes or percent no use
    } else {
      state.SkipWithError(figure.unsupported ? kUnsupported : figure.error.c_str());
    }
  }
  if (isatty(STDERR_FILENO)) {
    fmt::print(stderr, "\r{:60}", NameOf(operation, procs, subject));
  }
}

std::string Show(const double* figure, const char* unit) {
  if (figure == nullptr) return "-";
  if (unit == std::string("%")) return fmt::format("{:.3f}", *figure);
  return *figure < 100 ? fmt::format("{:.1f}", *figure) : fmt::format("{:.0f}", *figure);
}

// Prints a line; whether the target was met or there is none.
bool PrintLine(const Operation& operation, int32_t procs, const std::vector<Subject>& subjects,
               const Medians& medians) {
  std::vector<const double*> figures;
  for (const Subject& subject : subjects) {
    figures.push_back(medians.Find(NameOf(operation, procs, subject)));
  }
  const double* const reference = figures[0];
  const double* const go = figures[1];
  std::string ratio = "-", target = "-", note;
  bool met = true;
  if (reference != nullptr && go != nullptr && *go > 0 && operation.ratio_to_go_most > 0) {
    ratio = fmt::format("{:.2f}", *reference / *go);
    met = *reference <= operation.ratio_to_go_most * *go;
  }
  if (operation.ratio_to_go_most > 0)
    target = fmt::format("{:.1f} x Go", operation.ratio_to_go_most);
  if (operation.most >= 0) {
    target = fmt::format("{} {}", operation.most, operation.unit);
    met = reference == nullptr || *reference <= operation.most;
  }
  fmt::print("{:32} {:>5} {:>5} {:>11} {:>11} {:>11} {:>7} {:>9}  {}\n", operation.description,
             procs, operation.unit, Show(figures[0], operation.unit),
             Show(figures[1], operation.unit), Show(figures[2], operation.unit), ratio, target,
             met ? "" : "MISSED");
  return met;
}

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

int Compare(int argc, char** argv) {
  std::string rounds = "5";
  // What is not said on the command line is said here, for the library to parse.
  std::vector<std::string> words = {argv[0], "--benchmark_enable_random_interleaving=true",
                                    "--benchmark_report_aggregates_only=true"};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.starts_with("--rounds=")) {
      rounds = word.substr(9);
    } else {
      words.push_back(word);
    }
  }
  words.insert(words.begin() + 1, "--benchmark_repetitions=" + rounds);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 64;

  const TemporaryDirectory directory;
  const std::string here = std::filesystem::path("stress/latency").string();
  const std::vector<Subject> subjects = {
      {"reference", here + "/reference_subject", ""},
      BuildGoSubject(here + "/latency.go", directory.path()),
      {"Boost.Fiber", here + "/fiber_subject", ""},
  };
  for (const Operation& operation : Operations()) {
    for (int32_t procs : kProcs) {
      for (const Subject& subject : subjects) {
        if (!subject.absent.empty()) continue;
        benchmark::RegisterBenchmark(NameOf(operation, procs, subject).c_str(),
                                     [&subject, &operation, procs](benchmark::State& state) {
                                       MeasureOnce(state, subject, operation, procs);
                                     })
            ->Iterations(1)
            ->UseManualTime();
      }
    }
  }
  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r{:60}\r", "");

  bool met = true, measured = true;
  fmt::print("{:32} {:>5} {:>5} {:>11} {:>11} {:>11} {:>7} {:>9}\n", "operation (medians)", "procs",
             "unit", "reference", "Go", "Boost.Fiber", "ratio", "target");
  for (const Operation& operation : Operations()) {
    for (int32_t procs : kProcs) met &= PrintLine(operation, procs, subjects, medians);
  }
  for (const Subject& subject : subjects) {
    if (subject.absent.empty()) continue;
    fmt::print("SKIPPED {}: {}\n", subject.name, subject.absent);
  }
  for (const auto& [name, error] : medians.errors()) {
    if (error == kUnsupported) continue;
    measured = false;
    fmt::print("ERROR {}\n", error);
  }
  return !measured ? 3 : met ? 0 : 1;
}

}  // namespace
}  // namespace proctor

int main(int argc, char** argv) { return proctor::Compare(argc, argv); }
