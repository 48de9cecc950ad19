// How the tracer finds the monitor among the threads that it watches, and what else there is beside
// it.

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "conformance/observer/proc_files.h"
#include "conformance/observer/tracer.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

// A monitor's function that has waited as often in ways that are no short sleep sleeps by them.
constexpr int64_t kOtherSleepsLeast = 10;

}  // namespace

// What is known of a process that holds a runtime before its monitor has shown itself, which one of
// a few milliseconds may never do. A runtime has set itself up once it starts a thread.
void Tracer::NoteStarted(pid_t process) {
  MonitorIdentity& identity = IdentityOf(process);
  if (!identity.LookAgain() || identity.images().empty()) return;
  if (monitor_ == 0) NoteFound(process, identity, false);
}

void Tracer::LookForMonitor(pid_t tid, Traced& thread, uint64_t stack_pointer) {
  MonitorIdentity& identity = IdentityOf(thread.process);
  const SleepPattern& pattern = thread.decoder->pattern();
  if (Searching()) {
    const auto answer = identity.Ask(tid, stack_pointer, pattern, Declared());
    const bool is_monitor = answer == MonitorIdentity::Answer::kMonitor;
    if (is_monitor || (answer == MonitorIdentity::Answer::kCandidate && monitor_ == 0)) {
      NoteFound(thread.process, identity, is_monitor);
      ChooseMonitor(tid, is_monitor);
    }
  } else if (tid == monitor_) {
    if (sleeps_ >= kWatchAllFor) LetOthersGo(monitor_);
  } else if (thread.process == process_ &&
             identity.IsAnother(tid, pattern, traced_[monitor_].decoder->pattern(), Declared())) {
    EmitSecondMonitor(tid);
  }
}

// It is there, and what it does cannot be read.
void Tracer::LookForOtherSleep(pid_t tid, Traced& thread, uint64_t stack_pointer) {
  if (!thread.decoder->waits() || thread.other_sleeps >= kOtherSleepsLeast) return;
  const std::vector<RuntimeImage>& images = IdentityOf(thread.process).images();
  if (!FindMonitorOnStack(tid, stack_pointer, images)) return;
  if (++thread.other_sleeps == kOtherSleepsLeast) sleeps_otherwise_ = true;
}

void Tracer::EmitSecondMonitor(pid_t tid) {
  if (!seconds_.insert(tid).second) return;
  Event second = MakeEvent(MonotonicNowNs(), EventKind::kSecondMonitor, {{Arg::kThread, tid}});
  second.m = monitor_;
  Take(monitor_, second);
}

void Tracer::ChooseMonitor(pid_t tid, bool is_monitor) {
  Traced& chosen = traced_[tid];
  const std::vector<Event> buffered = std::exchange(chosen.buffered, {});
  monitor_ = tid;
  is_monitor_ = is_monitor;
  if (is_monitor) chosen.decoder->ForgetTimers();
  if (buffered.size() >= kBufferedEventsMost) {
    Take(tid, MakeEvent(buffered.back().time_ns, EventKind::kGap, {{Arg::kLost, -1}}));
  } else {
    for (const Event& event : buffered) Take(tid, event);
  }
  usage_.Begin(process_, monitor_, options_.sample_threads);
  // Who is known by its function needs no comparison with others. Beside a candidate a monitor may
  // still show itself.
  if (is_monitor && image_) LetOthersGo(monitor_);
  LookForOthers();
  BeginInspection();
}

// Read while the thread is held: a process of a few milliseconds would be gone.
void Tracer::NoteFound(pid_t process, const MonitorIdentity& identity, bool is_monitor) {
  process_ = process;
  images_ = identity.images();
  image_ = identity.image();
  Observer::Found found{.is_monitor = is_monitor,
                        .process = process_,
                        .program = ProgramOf(process_),
                        .environment = EnvironmentOf(process_),
                        .cpus = CpusOf(process_),
                        .images = images_,
                        .image = image_};
  const MutexLock lock(mutex_);
  found_ = std::move(found);
}

// Libraries that were loaded since may have brought runtimes of their own.
void Tracer::LookForImages() {
  if (!image_) return;
  std::vector<RuntimeImage> images = FindRuntimeImages(process_);
  const auto still = std::ranges::find(images, images_[*image_]);
  if (still == images.end()) return;  // the process has ended, or is about to
  image_ = still - images.begin();
  images_ = std::move(images);
  const MutexLock lock(mutex_);
  found_.images = images_;
  found_.image = image_;
}

// One monitor for each runtime; another one of the same is one too many.
void Tracer::LookForOthers() {
  if (!image_) return;
  others_.clear();
  std::vector<pid_t> look_so;
  for (const FoundMonitor& other : FindAllMonitors(process_, images_)) {
    if (other.thread == monitor_) continue;
    if (other.image == *image_) {
      look_so.push_back(other.thread);
    } else {
      others_.push_back(other);
    }
  }
  for (const pid_t thread : second_monitors_.Look(look_so)) EmitSecondMonitor(thread);
}

}  // namespace proctor
