// Faults: what is done to a process from outside while a scenario runs. A fault is no excuse for a
// wrong order, a wrong value or a lost task; some of them take CPU time away, and then a bound in
// time decides nothing.
//
// Thread safety: constants; a FaultThread belongs to one thread.

#ifndef PROCTOR_STRESS_FAULTS_FAULTS_H_
#define PROCTOR_STRESS_FAULTS_FAULTS_H_

#include <sys/types.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "conformance/process/stop_request.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

struct Fault {
  std::string_view name;
  std::string_view about;
  bool excuses_time = false;  // bounds in time
  // What the system calls of the monitor's thread say of its sleeps and its signals: a sleep that
  // one from outside interrupts is asked for again, for what is left of it, and looks like another;
  // a runtime takes one from outside for its own, and may send the next while that is on its way.
  bool sends_signals = false;
  // Changes the scenario, which has a place for it. Null: it stays as it is.
  void (*change)(Scenario& scenario) = nullptr;
  // Disturbs the process until `end` is made. Null: nothing does.
  void (*disturb)(pid_t pid, const StopRequest& end) = nullptr;
  // Empty: this machine permits it. Null: every machine does.
  std::string (*unavailable)() = nullptr;
};

// The first is none at all.
std::span<const Fault> Faults();
// nullptr: no such fault.
const Fault* FindFault(std::string_view name);

// A fault at work on one process.
class FaultThread {
 public:
  FaultThread(const Fault& fault, pid_t pid);
  ~FaultThread();

 private:
  struct State;
  std::unique_ptr<State> state_;  // null: there is nothing to do
};

}  // namespace proctor

#endif  // PROCTOR_STRESS_FAULTS_FAULTS_H_
