#include "conformance/command/observe.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <mutex>
#include <utility>

#include "conformance/command/exit_status.h"
#include "conformance/command/grade.h"
#include "conformance/command/output.h"
#include "conformance/command/target.h"
#include "conformance/observer/cadence_picture.h"
#include "conformance/observer/observer.h"
#include "conformance/process/process.h"
#include "conformance/report/expectations.h"
#include "conformance/report/results.h"

namespace proctor {
namespace {

// An hour of a process that wakes its monitor 4000 times a second would not fit in memory.
constexpr size_t kMaxEvents = 8'000'000;

volatile std::sig_atomic_t interrupted = 0;

struct Recording {
  std::mutex mutex;
  std::vector<Event> events;  // guarded by mutex
  bool full = false;          // guarded by mutex
};

// Until the process behind `pidfd` has ended, the time is up, or the user interrupts.
void WaitFor(int pidfd, int64_t for_ms) {
  const int64_t end_ns = MonotonicNowNs() + for_ms * 1'000'000;
  while (interrupted == 0) {
    const int64_t left_ms = (end_ns - MonotonicNowNs()) / 1'000'000;
    if (left_ms <= 0) return;
    pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
    constexpr int64_t kStepMs = 20;
    if (poll(&ended, 1, static_cast<int>(std::min(left_ms, kStepMs))) > 0) return;
    ShowProgress(fmt::format("observing, {} s left", left_ms / 1000));
  }
}

Header MakeHeader(const Observer::Found& found, bool from_start, std::optional<Profile> profile) {
  Header header;
  header.maker = "observer";
  header.implementation = found.program;
  if (found.image) header.version = found.images[*found.image].version;
  header.tiers = found.is_monitor ? kO : 0;
  header.profile = profile.value_or(ProfileOfVersion(header.version));
  header.from_start = from_start;
  header.emits = Observer::Emits();
  header.emits.set(static_cast<size_t>(EventKind::kProcessExit));
  header.in_force = TunablesOf(found.environment, found.cpus);
  return header;
}

int Report(const ObserveOptions& options, const Header& header, Recording& recording,
           const Observer& observer) {
  const std::lock_guard lock(recording.mutex);
  if (recording.full) Say(fmt::format("only the first {} events were kept", kMaxEvents));
  fmt::print("monitor: thread {} of process {} {}\n\n{}\n", observer.monitor(),
             observer.found().process, header.version,
             CadencePicture(recording.events, observer.usage()));

  std::string why;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, why);
  if (!folder) {
    Say(why);
    return kExitFailed;
  }
  const std::string path = folder->TracePath("observed");
  if (!StoreTrace(path, header, recording.events, folder->kept(), why)) {
    Say(why);
    return kExitFailed;
  }
  const std::optional<Grade> grade = GradeTrace(path, std::nullopt, why);
  if (!grade || !grade->error.empty()) {
    Say(grade ? grade->error : why);
    return kExitFailed;
  }
  Results results{.implementation = header.implementation,
                  .version = header.version,
                  .profile = header.profile,
                  .verdicts = Apply(Expectations(), header.profile, grade->rulings)};
  if (folder->kept()) {
    for (Result& result : results.verdicts) result.replay = "proctor judge " + path;
  }
  results.exit_status = ExitStatusOf(results.verdicts);
  return Publish(results, *folder);
}

}  // namespace

int Observe(const ObserveOptions& options) {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);

  std::string why;
  std::unique_ptr<Process> child;
  pid_t pid = options.pid;
  int pidfd = -1;
  if (!options.command.empty()) {
    child = Process::Spawn(
        {.argv = options.command, .gated = true, .null_input = isatty(STDIN_FILENO) == 1}, why);
    if (!child) {
      Say(why);
      return kExitFailed;
    }
    pid = child->pid();
    pidfd = child->pidfd();
  } else {
    pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  }

  Recording recording;
  const auto sink = [&recording](const Event& event) {
    const std::lock_guard lock(recording.mutex);
    recording.full = recording.events.size() >= kMaxEvents;
    if (!recording.full) recording.events.push_back(event);
  };
  std::unique_ptr<Observer> observer =
      Observer::Start({.pid = pid,
                       .from_start = child != nullptr,
                       .declaration = {.by = options.profile ? MonitorDeclaration::By::kUser
                                                             : MonitorDeclaration::By::kNobody}},
                      sink, why);
  if (!observer) {
    Say(why);
    return kExitFailed;
  }
  if (child) child->Release();
  WaitFor(pidfd, options.for_ms);
  observer->Stop();
  if (child) {
    if (const std::optional<int> status = child->Wait(MonotonicNowNs())) {
      sink(MakeEvent(MonotonicNowNs(), EventKind::kProcessExit, {{Arg::kStatus, *status}}));
    }
  }
  if (!child) close(pidfd);
  if (!observer->error().empty()) {
    Say(observer->error());
    if (observer->monitor() == 0) return kExitFailed;
  }
  const Header header = MakeHeader(observer->found(), child != nullptr, options.profile);
  const int status = Report(options, header, recording, *observer);
  return observer->found().is_monitor ? status : kExitFailed;
}

}  // namespace proctor
