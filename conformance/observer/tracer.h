// Traces the threads of a process by ptrace until one of them shows that it is the monitor, and
// from then on that one alone.
//
// Thread safety: Attach and Run on one thread, which has to be the same one (the kernel ties
// tracing to it). Declare, monitor and found may be called from any thread; the rest after Run.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_TRACER_H_
#define PROCTOR_CONFORMANCE_OBSERVER_TRACER_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conformance/base/mutex.h"
#include "conformance/debug_information/inspector.h"
#include "conformance/evidence/event.h"
#include "conformance/observer/cpu_wait.h"
#include "conformance/observer/decoder.h"
#include "conformance/observer/observer.h"
#include "conformance/observer/second_monitors.h"
#include "conformance/observer/usage_meter.h"

namespace proctor {

class Tracer {
 public:
  Tracer(const Observer::Options& options, Observer::Sink sink);

  // Begins to trace; false: `error` is one line.
  bool Attach(std::string& error);

  // Until the monitor has ended, or `stop` is set and a signal interrupts the wait; then lets go of
  // all threads.
  void Run(const std::atomic<bool>& stop);

  // From any thread.
  void Declare(MonitorDeclaration declaration);
  pid_t monitor() const { return monitor_; }
  Observer::Found found() const;

  // Empty: all went well.
  const std::string& error() const { return error_; }
  // The process was watched from its start to its end, and none of its threads was a monitor.
  bool showed_none() const { return showed_none_; }
  const std::string& inspection_error() const { return inspection_error_; }
  const Observer::Usage& usage() const { return usage_.usage(); }
  const std::vector<FoundMonitor>& others() const { return others_; }

 private:
  // Where a monitor is known by its cadence, all threads stay traced for N sleeps of its, to see
  // whether there is a second one.
  static constexpr int64_t kWatchAllFor = 60;
  static constexpr size_t kBufferedEventsMost = 4096;

  struct Traced {
    std::unique_ptr<Decoder> decoder;
    std::vector<Event> buffered;  // until the monitor is known
    pid_t process = 0;
    int64_t stops = 0;         // for its calls
    int64_t other_sleeps = 0;  // of a monitor's function, by calls that are no short sleep
    bool interrupted = false;  // in the call that it was in when tracing began
    bool letting_go = false;
  };

  bool AttachFromStart(std::string& error);
  bool AttachToMonitor(std::string& error);
  Traced& Add(pid_t tid);

  void OnStop(pid_t tid, int status);
  // Where the look into a stop that began then took so long that others were kept waiting.
  void EmitStall(int64_t began_ns);
  void OnSyscall(pid_t tid, Traced& thread);
  void OnEvent(pid_t tid, Traced& thread, int event);
  void OnExec(pid_t tid);
  void NoteStarted(pid_t process);
  void OnGone(pid_t tid);
  void Resume(pid_t tid, Traced& thread, int signal);
  // It need not be stopped for its calls any more.
  bool IsOrdinary(pid_t tid, const Traced& thread);

  MonitorIdentity& IdentityOf(pid_t process) {
    return identities_.try_emplace(process, process).first->second;
  }
  void Take(pid_t tid, const Event& event);
  MonitorDeclaration Declared() const;
  bool DeclaredAbsent();
  // No thread is known to be a monitor yet, and all are watched.
  bool Searching() const { return watching_all_ && !is_monitor_; }
  void LookForMonitor(pid_t tid, Traced& thread, uint64_t stack_pointer);
  void ChooseMonitor(pid_t tid, bool is_monitor);
  void NoteFound(pid_t process, const MonitorIdentity& identity, bool is_monitor);
  void LookForImages();
  void LookForOthers();
  // Every few sleeps of the monitor.
  bool LooksAgain() const { return sleeps_ % 10 == 0 && second_monitors_.WantsMore(); }
  void LookForOtherSleep(pid_t tid, Traced& thread, uint64_t stack_pointer);
  void EmitSecondMonitor(pid_t tid);
  void BeginInspection();
  void EndMonitor(Decoder& decoder);
  void LetOthersGo(pid_t but);
  void LetAllGo();

  const Observer::Options options_;
  const Observer::Sink sink_;
  std::atomic<pid_t> monitor_{0};
  bool is_monitor_ = false;  // else a candidate, if any
  pid_t process_ = 0;
  std::string error_;
  bool showed_none_ = false;
  bool sleeps_otherwise_ = false;  // a thread that has not been found executes a monitor's function
  std::string inspection_error_;
  std::unique_ptr<Inspector> inspector_;
  mutable Mutex mutex_;
  MonitorDeclaration declaration_ GUARDED_BY(mutex_);
  Observer::Found found_ GUARDED_BY(mutex_);

  std::map<pid_t, Traced> traced_;
  std::map<pid_t, MonitorIdentity> identities_;  // of each process
  std::vector<RuntimeImage> images_;             // of the monitor's process
  std::optional<size_t> image_;
  std::vector<FoundMonitor> others_;
  SecondMonitors second_monitors_;
  std::set<pid_t> seconds_;  // threads that were said to be a second monitor
  bool watching_all_ = false;
  int64_t last_time_ns_ = 0;

  int64_t stops_ = 0;   // of all threads, for their calls
  int64_t sleeps_ = 0;  // of the monitor since it was found
  UsageMeter usage_;
  CpuWait own_wait_;
  CpuWait monitor_wait_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_TRACER_H_
