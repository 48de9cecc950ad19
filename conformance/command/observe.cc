#include "conformance/command/observe.h"

#include <fmt/core.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "conformance/adapter/canary.h"
#include "conformance/adapter/event_merger.h"
#include "conformance/campaign/assembly.h"
#include "conformance/campaign/grade.h"
#include "conformance/campaign/machine.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/campaign/shell.h"
#include "conformance/command/observe_family.h"
#include "conformance/command/output.h"
#include "conformance/command/target.h"
#include "conformance/command/watched_command.h"
#include "conformance/debug_information/inspector.h"
#include "conformance/debug_information/layout.h"
#include "conformance/observer/cadence_picture.h"
#include "conformance/observer/observer.h"
#include "conformance/observer/proc_files.h"
#include "conformance/observer/state_picture.h"
#include "conformance/process/pipe.h"
#include "conformance/process/process.h"
#include "conformance/process/program.h"
#include "conformance/process/stop_request.h"
#include "conformance/report/exit_status.h"
#include "conformance/report/foreign_text.h"

namespace proctor {
namespace {

// An hour of a process that wakes its monitor 4000 times a second would not fit in memory.
constexpr size_t kEventsMost = 8'000'000;

class Observation {
 public:
  Observation(const ObserveOptions& options, const StopRequest& stop)
      : options_(options), stop_(stop), merger_(kEventsMost) {}

  // The exit status.
  int Run();

 private:
  bool Start();
  int Report();
  bool EndedEarly() const;
  std::shared_ptr<const Layout> FindLayout(pid_t pid) const;
  bool GradeInspected(const OutputFolder& folder, Grade& grade, std::string& error);
  const RuntimeImage* Image() const;
  Header MakeHeader() const;
  std::string Describe() const;
  std::string Cadence() const;

  const ObserveOptions& options_;
  const StopRequest& stop_;
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

int Observation::Run() {
  if (!Start()) return kExitFailed;
  Canary canary([this](const Event& event) { merger_.Add(event); });
  if (child_) child_->Release();
  WaitWhileObserving(child_ ? child_->pidfd() : attached_.get(), options_.for_ms, stop_);
  suspended_ = IsSuspended(child_ ? child_->pid() : options_.pid);
  observer_->Stop();
  canary.Stop();
  found_ = observer_->found();
  if (child_) child_->End(stop_);
  if (const std::string wrong = child_ ? child_->start_error() : ""; !wrong.empty()) {
    Say(wrong);
    return kExitFailed;
  }
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
  if (!observer_->error().empty() && !EndedEarly()) Say(observer_->error());
  const bool graded = found_.is_monitor || EndedEarly();
  const int status = graded || observer_->monitor() != 0 ? Report() : kExitFailed;
  return child_ ? child_->PassOn(status, graded) : status;
}

// A program with a runtime may end before its monitor has slept.
bool Observation::EndedEarly() const {
  return observer_->monitor() == 0 && !found_.images.empty() && child_ &&
         child_->status().has_value();
}

// Where the runtime's variables are, by the program's debug information; null: nobody knows.
std::shared_ptr<const Layout> Observation::FindLayout(pid_t pid) const {
  std::string program = fmt::format("/proc/{}/exe", pid);
  if (child_) {
    // It is not there yet.
    program = options_.command.front();
    if (program.find('/') == std::string::npos) program = FindOnPath(program);
  }
  std::string error;
  std::optional<Layout> layout = ResolveLayout(BuiltInStateMaps(), program, error);
  return layout ? std::make_shared<const Layout>(std::move(*layout)) : nullptr;
}

bool Observation::Start() {
  std::string error;
  pid_t pid = options_.pid;
  if (!options_.command.empty()) {
    child_ = WatchedCommand::Start(options_.command, error);
    if (child_) pid = child_->pid();
  } else {
    attached_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  }
  if (options_.command.empty() || child_) {
    using By = MonitorDeclaration::By;
    observer_ = Observer::Start(
        {.pid = pid,
         .from_start = child_ != nullptr,
         .declaration = {.by = options_.profile ? By::kUser : By::kNobody, .thread = ""},
         .layout = FindLayout(pid),
         // The process must survive the sudden end of this program.
         .breakpoints = false,
         .inspected = [this](const Event& event) { inspected_merger_.Add(event); },
         .stop = &stop_,
         .sample_threads = true},
        [this](const Event& event) { merger_.Add(event); }, error);
  }
  if (!observer_) Say(error);
  return observer_ != nullptr;
}

// The runtime that is graded; null: none is known.
const RuntimeImage* Observation::Image() const {
  if (found_.image) return &found_.images[*found_.image];
  return EndedEarly() ? &found_.images.front() : nullptr;
}

Header Observation::MakeHeader() const {
  Header header;
  header.maker = "observer";
  header.implementation = found_.program;
  if (const RuntimeImage* image = Image()) header.version = image->version;
  header.tiers = found_.is_monitor || EndedEarly() ? kO : 0;
  header.profile = options_.profile.value_or(ProfileOfVersion(header.version));
  header.from_start = child_ != nullptr;
  header.emits = Observer::Emits();
  for (const EventKind kind : {EventKind::kProcessExit, EventKind::kStall}) {
    header.emits.set(static_cast<size_t>(kind));
  }
  header.in_force = TunablesOf(found_.environment, found_.cpus);
  return header;
}

// Who was observed, and by which profile it is graded.
std::string Observation::Describe() const {
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
    if (!note.empty() && !options_.profile) text += "\n" + note;
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

// What the variables show, by tier D; false: `error`.
bool Observation::GradeInspected(const OutputFolder& folder, Grade& grade, std::string& error) {
  if (inspected_.empty()) return true;
  Header header = MakeHeader();
  header.maker = "inspector";
  header.tiers = kD;
  header.from_start = false;
  header.emits = Observer::Emits() | Inspector::Emits();
  const std::string path = folder.TracePath("inspected");
  if (!StoreTrace(path, header, inspected_, folder.kept(), error)) return false;
  const std::optional<Grade> inspected = GradeTrace(path, std::nullopt, error);
  if (!inspected) return false;
  grade.rulings.insert(grade.rulings.end(), inspected->rulings.begin(), inspected->rulings.end());
  std::ranges::stable_sort(grade.rulings, {}, &Ruling::clause);
  error = inspected->error;
  return error.empty();
}

// Nothing was seen of a monitor that did not sleep.
std::string Observation::Cadence() const {
  if (observer_->monitor() == 0) return "";
  return CadencePicture(events_, observer_->usage(), found_.is_monitor);
}

int Observation::Report() {
  const Header header = MakeHeader();
  const std::string picture =
      fmt::format("{}\n{}\n{}\n", Describe(), Cadence(), StatePicture(inspected_));
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options_.out, error);
  if (!folder) {
    Print(picture);
    Say(error);
    return kExitFailed;
  }
  folder->RemoveReports();
  const std::string path = folder->TracePath("observed");
  std::optional<Grade> grade;
  const bool graded = header.tiers != 0;
  if (graded && StoreTrace(path, header, events_, folder->kept(), error)) {
    grade = GradeTrace(path, std::nullopt, error);
  }
  if (!grade || !grade->error.empty()) {
    Print(picture);
    const std::string& wrong = grade ? grade->error : error;
    if (!wrong.empty()) Say(wrong);
    return kExitFailed;
  }
  grade->cadence.name = "observed";
  if (!GradeInspected(*folder, *grade, error)) Say(error);
  const std::vector<std::string> words = {options_.program, "judge", path};
  std::string line = folder->kept() ? ShellCommand(words) : "";
  // What an idle process does not do is no failure.
  const Results results = AssembleResults({.implementation = header.implementation,
                                           .version = header.version,
                                           .profile = header.profile,
                                           .rulings = grade->rulings,
                                           .is_asked = false,
                                           .machine = DescribeMachine(),
                                           .noise = grade->noise,
                                           .cadences = {grade->cadence},
                                           .replay = [&](const Ruling&) { return line; }},
                                          Expectations());
  const bool decided = std::ranges::any_of(
      results.verdicts, [](const Result& result) { return IsDecided(result.ruling.verdict); });
  if (!decided) Say(kNothingDecided);
  return Publish(results, *folder, picture);
}

}  // namespace

int Observe(const ObserveOptions& options, StopRequest& stop) {
  stop.BeginHeeding();
  if (options.follow_children) return ObserveFamily(options, stop);
  return Observation(options, stop).Run();
}

}  // namespace proctor
