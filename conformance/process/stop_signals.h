// The signals by which a program is asked to end: INT, TERM, HUP and PIPE. All mean the same: the
// first makes the request, so that what was gathered can still be judged and written; another one,
// or the first where nobody heeds the request, ends the program at once, after its processes,
// scratch folders and half-written files are gone. QUIT, USR1, USR2, ALRM and XCPU always do that.
// One request may come as the same signal twice: timeout(1) sends it to the program and to its
// group. What follows within `repeat_ns` is therefore no other one.
//
// They are blocked in every thread and taken by one of its own. So a write to a pipe that nobody
// reads is an error there, and no reason to end. HUP stays ignored where it was, as under nohup,
// and so do those that always end. Where the system has no thread left, nothing is changed.
//
// Thread safety: to be made before other threads start, once at a time.

#ifndef PROCTOR_CONFORMANCE_PROCESS_STOP_SIGNALS_H_
#define PROCTOR_CONFORMANCE_PROCESS_STOP_SIGNALS_H_

#include <atomic>
#include <csignal>
#include <cstdint>
#include <thread>

#include "conformance/process/pipe.h"
#include "conformance/process/stop_request.h"

namespace proctor {

class StopSignals {
 public:
  static constexpr int64_t kRepeatNs = 200'000'000;

  explicit StopSignals(StopRequest& request, int64_t repeat_ns = kRepeatNs);
  ~StopSignals();

  // The signal that made the request; 0: none has.
  int first() const { return first_; }

 private:
  void Watch();
  bool IsRepeated(int signal) const;
  [[noreturn]] static void EndAtOnce(int signal);

  StopRequest& request_;
  const int64_t repeat_ns_;
  sigset_t signals_;
  sigset_t before_;
  std::atomic<int> first_{0};
  int64_t made_ns_ = 0;  // by the clock of MonotonicNowNs
  Descriptor taken_;
  Descriptor quit_;
  std::thread thread_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_STOP_SIGNALS_H_
