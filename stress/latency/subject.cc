#include "stress/latency/subject.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "conformance/process/process.h"

namespace proctor::latency {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kMeasureMostNs = 60 * kSecondNs;
constexpr int64_t kBuildMostNs = 300 * kSecondNs;
constexpr int64_t kWatchNs = 1'000'000'000;
constexpr int64_t kStampEveryNs = 1'500'000;  // a little more than a monitor's flat millisecond
constexpr int64_t kLookEveryNs = 20'000'000;
constexpr int kStampDescriptor = 3;  // the subject's

// Writes the time into a pipe again and again, as something on the network would become ready.
class Stamps {
 public:
  Stamps() {
    if (pipe2(ends_, O_CLOEXEC) == 0) writer_ = std::thread([this] { Write(); });
  }
  ~Stamps() {
    done_ = true;
    if (writer_.joinable()) writer_.join();
    for (int end : ends_) {
      if (end >= 0) close(end);
    }
  }
  int read_end() const { return ends_[0]; }

 private:
  void Write() {
    // A subject that does not read must not stop this thread.
    fcntl(ends_[1], F_SETFL, O_NONBLOCK);
    while (!done_) {
      const timespec pause = {0, kStampEveryNs};
      nanosleep(&pause, nullptr);
      const int64_t now_ns = MonotonicNowNs();
      [[maybe_unused]] const ssize_t n = write(ends_[1], &now_ns, sizeof now_ns);
    }
  }

  int ends_[2] = {-1, -1};
  std::atomic<bool> done_{false};
  std::thread writer_;
};

// CPU time of a thread of another process.
std::optional<int64_t> CpuNs(pid_t pid, pid_t tid) {
  std::ifstream file(fmt::format("/proc/{}/task/{}/schedstat", pid, tid));
  int64_t ns = 0;
  if (!(file >> ns)) return std::nullopt;
  return ns;
}

void SleepFor(int64_t duration_ns) {
  std::this_thread::sleep_for(std::chrono::nanoseconds(duration_ns));
}

// Percent of a CPU that the thread takes whose number the process prints first.
std::optional<double> ShareOfPrinted(Process& process, int64_t watch_ns) {
  const int64_t deadline_ns = MonotonicNowNs() + kMeasureMostNs;
  std::string printed;
  while ((printed = process.captured()).find('\n') == std::string::npos) {
    if (MonotonicNowNs() > deadline_ns || process.Wait(MonotonicNowNs())) return std::nullopt;
    SleepFor(kLookEveryNs);
  }
  const pid_t tid = std::atoi(printed.c_str());
  SleepFor(kLookEveryNs);  // it has only just printed
  const std::optional<int64_t> before_ns = CpuNs(process.pid(), tid);
  const int64_t start_ns = MonotonicNowNs();
  SleepFor(watch_ns);
  const std::optional<int64_t> after_ns = CpuNs(process.pid(), tid);
  const int64_t watched_ns = MonotonicNowNs() - start_ns;
  if (!before_ns || !after_ns) return std::nullopt;
  return 100 * static_cast<double>(*after_ns - *before_ns) / static_cast<double>(watched_ns);
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Figure Measure(const Subject& subject, const Operation& operation, int32_t procs, int divisor) {
  Figure figure;
  const auto fail = [&](const std::string& error) {
    figure.error = fmt::format("{} {} {}: {}", subject.name, operation.name, procs, error);
    return figure;
  };
  std::unique_ptr<Stamps> stamps;
  Process::Options options{
      .argv = {subject.program, operation.name, fmt::to_string(procs), fmt::to_string(divisor)},
      .capture_output = true};
  if (operation.measured == Operation::Measured::kFromStamps) {
    stamps = std::make_unique<Stamps>();
    if (stamps->read_end() < 0) return fail("no pipe");
    options.descriptors = {{stamps->read_end(), kStampDescriptor}};
  }
  std::string error;
  const std::unique_ptr<Process> process = Process::Spawn(options, error);
  if (process == nullptr) return fail(error);
  if (operation.measured == Operation::Measured::kFromOutside) {
    figure.value = ShareOfPrinted(*process, kWatchNs / divisor);
    if (figure.value) return figure;
  }
  const std::optional<int> status = process->Wait(MonotonicNowNs() + kMeasureMostNs);
  if (!status) return fail("no figure within a minute");
  const std::string output = process->captured();
  if (*status != 0) return fail(fmt::format("ended with {}: {}", *status, FirstLine(output)));
  if (FirstLine(output) == "unsupported") {
    figure.unsupported = true;
    return figure;
  }
  char* end = nullptr;
  const double value = std::strtod(output.c_str(), &end);
  if (end == output.c_str()) return fail("printed no figure: " + FirstLine(output));
  figure.value = value;
  return figure;
}

Subject BuildGoSubject(const std::string& source, const std::string& directory) {
  Subject subject{"Go", directory + "/latency", ""};
  std::string error;
  const std::unique_ptr<Process> build =
      Process::Spawn({.argv = {"go", "build", "-o", subject.program, source},
                      .set_env = {"GO111MODULE=off", "GOFLAGS=", "GOTOOLCHAIN=local"},
                      .capture_output = true},
                     error);
  if (build == nullptr) {
    subject.absent = error;
    return subject;
  }
  const std::optional<int> status = build->Wait(MonotonicNowNs() + kBuildMostNs);
  if (!status) subject.absent = "go build takes longer than five minutes";
  if (status && *status != 0) subject.absent = "go build fails: " + FirstLine(build->captured());
  return subject;
}

}  // namespace proctor::latency
