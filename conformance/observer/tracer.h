// Traces the threads of a process by ptrace until one of them shows that it is the monitor, and
// from then on that one alone.
//
// Thread safety: Attach and Run on one thread, which has to be the same one (the kernel ties
// tracing to it). monitor() and process() may be called from any thread; the rest after Run.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_TRACER_H_
#define PROCTOR_CONFORMANCE_OBSERVER_TRACER_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/debug_information/inspector.h"
#include "conformance/evidence/event.h"
#include "conformance/observer/decoder.h"
#include "conformance/observer/observer.h"

namespace proctor {

class Tracer {
 public:
  Tracer(const Observer::Options& options, Observer::Sink sink);

  // Begins to trace; false: `error` is one line.
  bool Attach(std::string& error);

  // Until the monitor has ended, or `stop` is set and a signal interrupts the wait; then lets go of
  // all threads.
  void Run(const std::atomic<bool>& stop);

  pid_t monitor() const { return monitor_; }
  pid_t process() const { return process_; }

  // Empty: all went well.
  const std::string& error() const { return error_; }
  const std::string& inspection_error() const { return inspection_error_; }
  const Observer::Usage& usage() const { return usage_; }

 private:
  struct Traced {
    std::unique_ptr<Decoder> decoder;
    std::vector<Event> buffered;  // until the monitor is known
    pid_t process = 0;
    bool letting_go = false;
  };

  bool AttachFromStart(std::string& error);
  bool AttachToMonitor(std::string& error);
  bool Seize(pid_t thread, uintptr_t trace_options, std::string& error);
  Traced& Add(pid_t tid);

  void OnStop(pid_t tid, int status);
  void OnSyscall(pid_t tid, Traced& thread);
  void OnEvent(pid_t tid, Traced& thread, int event);
  void OnExec(pid_t tid);
  void OnGone(pid_t tid);
  void Resume(pid_t tid, Traced& thread, int signal);

  void Take(pid_t tid, const Event& event);
  void LookForMonitor(pid_t tid, int64_t short_sleeps);
  void ChooseMonitor(pid_t tid);
  void BeginInspection();
  void EndMonitor(Decoder& decoder);
  void LetOthersGo();
  void LetAllGo();
  void BeginUsage();
  void NoteUsage();

  const Observer::Options options_;
  const Observer::Sink sink_;
  std::atomic<pid_t> monitor_{0};
  std::atomic<pid_t> process_{0};
  std::string error_;
  std::string inspection_error_;
  std::unique_ptr<Inspector> inspector_;

  std::map<pid_t, Traced> traced_;
  bool watching_all_ = false;
  int64_t last_time_ns_ = 0;

  int64_t began_ns_ = 0;
  int64_t ended_ns_ = 0;
  std::optional<int64_t> monitor_cpu_began_ns_;
  std::optional<int64_t> process_cpu_began_ns_;
  Observer::Usage usage_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_TRACER_H_
