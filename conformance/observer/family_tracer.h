// Traces a process and all that it starts by ptrace, for Family.
//
// Thread safety: Attach and Run on one thread, which has to be the same one; the rest after Run.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_FAMILY_TRACER_H_
#define PROCTOR_CONFORMANCE_OBSERVER_FAMILY_TRACER_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance/evidence/event.h"
#include "conformance/observer/decoder.h"
#include "conformance/observer/family.h"
#include "conformance/observer/monitor_identity.h"

namespace proctor {

class FamilyTracer {
 public:
  // Begins to trace; false: `error` is one line.
  bool Attach(pid_t process, std::string& error);

  // Until nothing is left, or `stop` is set and a signal interrupts the wait; then lets go of all.
  void Run(const std::atomic<bool>& stop);

  const std::vector<FamilyMember>& members() const { return members_; }
  int64_t left_out() const { return left_out_; }

 private:
  struct Thread {
    pid_t process = 0;
    std::unique_ptr<Decoder> decoder;  // null: it is not stopped for its calls
    std::vector<Event> events;
    bool letting_go = false;
  };
  struct Process {
    size_t member;  // of members_; beyond its end: left out
    MonitorIdentity identity;
    bool has_ended = false;
  };

  Thread& Add(pid_t tid);
  // Null: it was gone before anybody could ask which process it belonged to.
  Process* ProcessOfThread(const Thread& thread);
  FamilyMember* MemberOf(Process& process);
  size_t Enrol(pid_t process);

  void OnReport(pid_t tid, int status);
  void OnStop(pid_t tid, int status);
  void OnSyscall(pid_t tid, Thread& thread);
  void OnEvent(pid_t tid, Thread& thread, int event);
  void OnExec(pid_t tid);
  void OnExit(pid_t tid, Thread& thread, int status);
  void Resume(pid_t tid, Thread& thread, int signal);

  void LookForRuntime(Process& process);
  void Watch(pid_t tid, Thread& thread);
  void LookForMonitor(pid_t tid, Thread& thread, uint64_t stack_pointer);
  void Keep(pid_t tid, const Event& event);
  void LetAllGo();

  std::vector<FamilyMember> members_;
  int64_t left_out_ = 0;
  size_t events_ = 0;  // of all members
  std::map<pid_t, Thread> threads_;
  std::map<pid_t, Process> processes_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_FAMILY_TRACER_H_
