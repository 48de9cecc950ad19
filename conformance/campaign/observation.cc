#include "conformance/campaign/observation.h"

#include <fmt/core.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "conformance/adapter/canary.h"
#include "conformance/adapter/event_merger.h"
#include "conformance/campaign/assembly.h"
#include "conformance/campaign/go_environment.h"
#include "conformance/campaign/grade.h"
#include "conformance/campaign/machine.h"
#include "conformance/campaign/shell.h"
#include "conformance/campaign/watched_command.h"
#include "conformance/debug_information/inspector.h"
#include "conformance/debug_information/layout.h"
#include "conformance/observer/cadence_picture.h"
#include "conformance/observer/observer.h"
#include "conformance/observer/proc_files.h"
#include "conformance/observer/state_picture.h"
#include "conformance/process/pipe.h"
#include "conformance/process/program.h"
#include "conformance/report/foreign_text.h"

namespace proctor {
namespace {

// An hour of a process that wakes its monitor 4000 times a second would not fit in memory.
constexpr size_t kEventsMost = 8'000'000;

class ProcessWatch {
 public:
  ProcessWatch(const ObservationRequest& request, Listener& listener)
      : request_(request), listener_(listener), merger_(kEventsMost) {}

  std::optional<ProcessObservation> Run(std::string& error);

 private:
  bool Start(std::string& error);
  void Watch();
  void Gather();
  bool EndedEarly() const;
  bool IsGradable() const { return found_.is_monitor || EndedEarly(); }
  std::shared_ptr<const Layout> FindLayout(pid_t pid) const;
  const RuntimeImage* Image() const;
  Header MakeHeader() const;
  std::string Describe() const;
  std::string Cadence() const;

  const ObservationRequest& request_;
  Listener& listener_;
  EventMerger merger_;
  std::unique_ptr<WatchedCommand> child_;
  Descriptor attached_;  // the process that was there before
  std::unique_ptr<Observer> observer_;
  Observer::Found found_;
  bool suspended_ = false;  // the process, at the end
  std::vector<Event> events_;
  EventMerger inspected_merger_;
  std::vector<Event> inspected_;  // of tier D
};

std::optional<ProcessObservation> ProcessWatch::Run(std::string& error) {
  if (!Start(error)) return std::nullopt;
  Watch();
  if (std::string wrong = child_ ? child_->start_error() : ""; !wrong.empty()) {
    error = std::move(wrong);
    return std::nullopt;
  }
  Gather();
  if (!observer_->error().empty() && !EndedEarly()) listener_.OnNote(observer_->error());
  ProcessObservation observation{.header = MakeHeader()};
  if (IsGradable() || observer_->monitor() != 0) {
    observation.picture =
        fmt::format("{}\n{}\n{}\n", Describe(), Cadence(), StatePicture(inspected_));
  }
  if (child_) observation.command_status = child_->status();
  observation.events = std::move(events_);
  observation.inspected = std::move(inspected_);
  return observation;
}

bool ProcessWatch::Start(std::string& error) {
  pid_t pid = request_.pid;
  if (!request_.command.empty()) {
    child_ = WatchedCommand::Start(request_.command, error);
    if (!child_) return false;
    pid = child_->pid();
  } else {
    attached_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  }
  using By = MonitorDeclaration::By;
  observer_ = Observer::Start(
      {.pid = pid,
       .from_start = child_ != nullptr,
       .declaration = {.by = request_.profile ? By::kUser : By::kNobody, .thread = ""},
       .layout = FindLayout(pid),
       // The process must survive the sudden end of this program.
       .breakpoints = false,
       .inspected = [this](const Event& event) { inspected_merger_.Add(event); },
       .stop = listener_.stop(),
       .sample_threads = true},
      [this](const Event& event) { merger_.Add(event); }, error);
  return observer_ != nullptr;
}

// To the end of the time, and of the command.
void ProcessWatch::Watch() {
  Canary canary([this](const Event& event) { merger_.Add(event); });
  if (child_) child_->Release();
  WaitWhileObserving(child_ ? child_->pidfd() : attached_.get(), request_.for_ms, listener_);
  suspended_ = IsSuspended(child_ ? child_->pid() : request_.pid);
  observer_->Stop();
  canary.Stop();
  found_ = observer_->found();
  if (!child_) return;
  const std::string ended = child_->End(listener_.Stopped());
  if (!ended.empty()) listener_.OnNote(ended);
}

void ProcessWatch::Gather() {
  if (child_ && child_->status()) {
    merger_.Add(
        MakeEvent(MonotonicNowNs(), EventKind::kProcessExit, {{Arg::kStatus, *child_->status()}}));
  }
  events_ = merger_.Take();
  inspected_ = inspected_merger_.Take();
  // What a candidate did does not count where a monitor showed itself later.
  std::erase_if(events_, [monitor = observer_->monitor()](const Event& event) {
    return event.m >= 0 && event.m != monitor;
  });
}

// A program with a runtime may end before its monitor has slept.
bool ProcessWatch::EndedEarly() const {
  return observer_->monitor() == 0 && !found_.images.empty() && child_ &&
         child_->status().has_value();
}

// Where the runtime's variables are, by the program's debug information; null: nobody knows.
std::shared_ptr<const Layout> ProcessWatch::FindLayout(pid_t pid) const {
  std::string program = fmt::format("/proc/{}/exe", pid);
  if (child_) {
    // It is not there yet.
    program = request_.command.front();
    if (program.find('/') == std::string::npos) program = FindOnPath(program);
  }
  std::string error;
  std::optional<Layout> layout = ResolveLayout(BuiltInStateMaps(), program, error);
  return layout ? std::make_shared<const Layout>(std::move(*layout)) : nullptr;
}

// The runtime that is graded; null: none is known.
const RuntimeImage* ProcessWatch::Image() const {
  if (found_.image) return &found_.images[*found_.image];
  return EndedEarly() ? &found_.images.front() : nullptr;
}

Header ProcessWatch::MakeHeader() const {
  Header header;
  header.maker = "observer";
  header.implementation = found_.program;
  if (const RuntimeImage* image = Image()) header.version = image->version;
  header.tiers = IsGradable() ? kO : 0;
  header.profile = request_.profile.value_or(ProfileOfVersion(header.version));
  header.from_start = child_ != nullptr;
  header.emits = Observer::Emits();
  for (const EventKind kind : {EventKind::kProcessExit, EventKind::kStall}) {
    header.emits.set(static_cast<size_t>(kind));
  }
  header.in_force = TunablesOfGoEnvironment(found_.environment, found_.cpus);
  return header;
}

// Who was observed, and by which profile it is graded.
std::string ProcessWatch::Describe() const {
  const auto clean = [](const std::string& text) { return Clean(text, Medium::kTerminal); };
  const std::string process = fmt::format("process {} ({})", found_.process, clean(found_.program));
  const RuntimeImage* image = Image();
  if (!found_.is_monitor && image == nullptr) {
    return fmt::format(
        "no monitor: there is no Go runtime in {}; thread {} ticks, which many a thread does.\n"
        "Nothing is graded. `--profile NAME` grades that thread as a monitor.\n",
        process, observer_->monitor());
  }
  std::string text = found_.is_monitor
                         ? fmt::format("monitor: thread {} of {}", observer_->monitor(), process)
                         : fmt::format("no monitor: {} ended before its monitor slept", process);
  const std::string_view profile = ProfileName(MakeHeader().profile);
  if (image != nullptr) {
    const std::string file = clean(image->file.substr(image->file.rfind('/') + 1));
    text += image->version.empty()
                ? fmt::format(", a runtime in {} that does not say its version; {} is assumed",
                              file, profile)
                : fmt::format(", {} in {}, profile {}", clean(image->version), file, profile);
    const std::string note = UnknownReleaseNote(image->version);
    if (!note.empty() && !request_.profile) text += "\n" + note;
  } else {
    text += fmt::format(", by --profile {}", profile);
  }
  text += "\n";
  if (suspended_) {
    text +=
        "the process is stopped or frozen: it does nothing until somebody lets it go on (kill "
        "-CONT)\n";
  }
  for (const FoundMonitor& other : observer_->others()) {
    text += fmt::format("not graded: thread {}, the monitor of the runtime in {}\n", other.thread,
                        clean(found_.images[other.image].file));
  }
  return text;
}

// Nothing was seen of a monitor that did not sleep.
std::string ProcessWatch::Cadence() const {
  if (observer_->monitor() == 0) return "";
  return CadencePicture(events_, observer_->usage(), found_.is_monitor);
}

// What the variables show, by tier D, is added to the grade; false: `error`.
bool GradeInspected(const ProcessObservation& observation, const OutputFolder& folder, Grade& grade,
                    std::string& error) {
  if (observation.inspected.empty()) return true;
  Header header = observation.header;
  header.maker = "inspector";
  header.tiers = kD;
  header.from_start = false;
  header.emits = Observer::Emits() | Inspector::Emits();
  const std::string path = folder.TracePath("inspected");
  if (!StoreTrace(path, header, observation.inspected, folder.kept(), error)) return false;
  const std::optional<Grade> inspected = GradeTrace(path, std::nullopt, error);
  if (!inspected) return false;
  grade.rulings.insert(grade.rulings.end(), inspected->rulings.begin(), inspected->rulings.end());
  std::ranges::stable_sort(grade.rulings, {}, &Ruling::clause);
  error = inspected->error;
  return error.empty();
}

}  // namespace

std::optional<ProcessObservation> ObserveProcess(const ObservationRequest& request,
                                                 Listener& listener, std::string& error) {
  return ProcessWatch(request, listener).Run(error);
}

GradedObservation GradeObservation(const ProcessObservation& observation,
                                   const std::string& program, const OutputFolder& folder) {
  const Header& header = observation.header;
  if (header.tiers == 0) return {};
  const std::string path = folder.TracePath("observed");
  std::string error;
  std::optional<Grade> grade;
  if (StoreTrace(path, header, observation.events, folder.kept(), error)) {
    grade = GradeTrace(path, std::nullopt, error);
  }
  if (!grade) return {.errors = {error}};
  if (!grade->error.empty()) return {.errors = {grade->error}};
  grade->cadence.name = "observed";
  GradedObservation graded;
  if (!GradeInspected(observation, folder, *grade, error)) graded.errors.push_back(error);
  const std::vector<std::string> words = {program, "judge", path};
  std::string line = folder.kept() ? ShellCommand(words) : "";
  // What an idle process does not do is no failure.
  graded.results = AssembleResults({.implementation = header.implementation,
                                    .version = header.version,
                                    .profile = header.profile,
                                    .rulings = grade->rulings,
                                    .is_asked = false,
                                    .machine = DescribeMachine(),
                                    .noise = grade->noise,
                                    .cadences = {grade->cadence},
                                    .replay = [&](const Ruling&) { return line; }},
                                   Expectations());
  return graded;
}

}  // namespace proctor
