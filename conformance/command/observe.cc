#include "conformance/command/observe.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "conformance/base/mutex.h"
#include "conformance/campaign/assembly.h"
#include "conformance/campaign/grade.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/campaign/shell.h"
#include "conformance/command/output.h"
#include "conformance/command/target.h"
#include "conformance/observer/cadence_picture.h"
#include "conformance/observer/observer.h"
#include "conformance/process/pipe.h"
#include "conformance/process/process.h"
#include "conformance/process/stop_request.h"
#include "conformance/process/stop_signals.h"
#include "conformance/report/exit_status.h"
#include "conformance/report/foreign_text.h"

namespace proctor {
namespace {

// An hour of a process that wakes its monitor 4000 times a second would not fit in memory.
constexpr size_t kMaxEvents = 8'000'000;

class Recording {
 public:
  void Add(const Event& event) {
    const MutexLock lock(mutex_);
    full_ = events_.size() >= kMaxEvents;
    if (!full_) events_.push_back(event);
  }
  // Once nobody adds any more.
  std::vector<Event> Take() {
    const MutexLock lock(mutex_);
    if (full_) Say(fmt::format("only the first {} events were kept", kMaxEvents));
    return std::move(events_);
  }

 private:
  Mutex mutex_;
  std::vector<Event> events_ GUARDED_BY(mutex_);
  bool full_ GUARDED_BY(mutex_) = false;
};

// Until the process behind `pidfd` has ended, the time is up, or a stop is requested.
void WaitFor(int pidfd, int64_t for_ms, const StopRequest& stop) {
  const int64_t end_ns = MonotonicNowNs() + for_ms * 1'000'000;
  while (!stop.made()) {
    const int64_t left_ms = (end_ns - MonotonicNowNs()) / 1'000'000;
    if (left_ms <= 0) return;
    pollfd awaited[] = {{.fd = pidfd, .events = POLLIN, .revents = 0},
                        {.fd = stop.fd(), .events = POLLIN, .revents = 0}};
    constexpr int64_t kStepMs = 1'000;
    if (poll(awaited, std::size(awaited), static_cast<int>(std::min(left_ms, kStepMs))) > 0) return;
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

// Stores and grades what was seen; nullopt: one line was said.
std::optional<Grade> StoreAndGrade(const std::string& path, const Header& header,
                                   const std::vector<Event>& events, bool with_chrome) {
  std::string error;
  std::optional<Grade> grade;
  if (StoreTrace(path, header, events, with_chrome, error)) {
    grade = GradeTrace(path, std::nullopt, error);
  }
  if (grade && grade->error.empty()) return grade;
  Say(grade ? grade->error : error);
  return std::nullopt;
}

int Report(const ObserveOptions& options, const Header& header, Recording& recording,
           const Observer& observer) {
  const std::vector<Event> events = recording.Take();
  const std::string note = UnknownReleaseNote(header.version);
  if (!note.empty()) Say(note);
  const std::string picture = fmt::format(
      "monitor: thread {} of process {} {}\n\n{}\n", observer.monitor(), observer.found().process,
      Clean(header.version, Medium::kTerminal), CadencePicture(events, observer.usage()));
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, error);
  if (!folder) {
    Print(picture);
    Say(error);
    return kExitFailed;
  }
  folder->RemoveReports();
  const std::string path = folder->TracePath("observed");
  const std::optional<Grade> grade = StoreAndGrade(path, header, events, folder->kept());
  if (!grade) {
    Print(picture);
    return kExitFailed;
  }
  const std::vector<std::string> words = {options.program, "judge", path};
  const std::string line = folder->kept() ? ShellCommand(words) : "";
  Results results = AssembleResults({.implementation = header.implementation,
                                     .version = header.version,
                                     .profile = header.profile,
                                     .rulings = grade->rulings,
                                     .replay = [&](const Ruling&) { return line; }},
                                    Expectations());
  if (!observer.found().is_monitor) results.exit_status = kExitFailed;
  return Publish(results, *folder, picture);
}

// What is observed: a process that was there, or a command that was started for it.
struct Observed {
  std::unique_ptr<Process> child;  // the command
  pid_t pid = 0;
  Descriptor attached;  // of the process that was there

  int pidfd() const { return child ? child->pidfd() : attached.get(); }
};

std::optional<Observed> Find(const ObserveOptions& options, std::string& error) {
  Observed observed{.pid = options.pid};
  if (options.command.empty()) {
    observed.attached = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, options.pid, 0)));
    return observed;
  }
  observed.child = Process::Spawn(
      {.argv = options.command, .gated = true, .null_input = isatty(STDIN_FILENO) == 1}, error);
  if (!observed.child) return std::nullopt;
  observed.pid = observed.child->pid();
  return observed;
}

}  // namespace

int Observe(const ObserveOptions& options) {
  StopRequest stop;
  const StopSignals signals(stop);
  std::string error;
  std::optional<Observed> observed = Find(options, error);
  if (!observed) {
    Say(error);
    return kExitFailed;
  }
  Recording recording;
  const auto sink = [&recording](const Event& event) { recording.Add(event); };
  std::unique_ptr<Observer> observer =
      Observer::Start({.pid = observed->pid,
                       .from_start = observed->child != nullptr,
                       .declaration = {.by = options.profile ? MonitorDeclaration::By::kUser
                                                             : MonitorDeclaration::By::kNobody}},
                      sink, error);
  if (!observer) {
    Say(error);
    return kExitFailed;
  }
  Process* child = observed->child.get();
  if (child != nullptr) child->Release();
  WaitFor(observed->pidfd(), options.for_ms, stop);
  observer->Stop();
  if (child != nullptr) {
    if (const std::optional<int> status = child->Wait(MonotonicNowNs())) {
      sink(MakeEvent(MonotonicNowNs(), EventKind::kProcessExit, {{Arg::kStatus, *status}}));
    }
  }
  if (!observer->error().empty()) {
    Say(observer->error());
    if (observer->monitor() == 0) return kExitFailed;
  }
  return Report(options, MakeHeader(observer->found(), child != nullptr, options.profile),
                recording, *observer);
}

}  // namespace proctor
