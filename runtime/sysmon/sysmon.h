// The system monitor: one thread per runtime that owns no processor, runs no task, and looks after
// whatever the threads that do cannot look after themselves:
//
//   - a task that computes for too long is asked to yield;
//   - a processor whose thread blocks in a system call is taken away and handed on;
//   - the network is polled when everybody is too busy to;
//   - a collection is forced when none has been for long, the scavenger is kicked when asked for;
//   - the scheduler trace is printed.
//
// The tension: a processor lost to a blocked call is wanted back within microseconds, yet a monitor
// that looks every 20 us costs 8 % of a core. So it looks often while it finds something to take,
// less and less often (up to 10 ms) while it does not, and sleeps deep once nothing runs at all.
// From deep sleep it must be woken, and that is the wakers' duty: a task that enters or leaves a
// system call, and the end of stop-the-world. Everything else may wait for the time-out, because
// then nothing needs a monitor. Waking it for timers and the network too was rejected: an
// application that mostly sleeps would pay for a second wake-up with each of its own.
//
// Invariants:
//   1. No lock is held while it sleeps.
//   2. "The monitor waits" is true only from before a deep sleep until the scheduler's lock is
//      taken after it; it is set under that lock, so no waker can miss it.
//   3. One reading of the clock serves all duties of a cycle.
//   4. Processors are stamped only while running or in a system call.
//   5. Ticks are compared for equality only.
//
// Thread safety: Run belongs to one thread; a Monitor is used once.

#ifndef PROCTOR_RUNTIME_SYSMON_SYSMON_H_
#define PROCTOR_RUNTIME_SYSMON_SYSMON_H_

#include <cstdint>
#include <vector>

#include "runtime/sysmon/constants.h"
#include "runtime/sysmon/host.h"

namespace proctor::runtime {

class Monitor {
 public:
  Monitor(Host& host, const Constants& constants);
  virtual ~Monitor() = default;
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // Returns when the host's Sleep says that the runtime is ending.
  void Run();

 protected:
  // The steps are virtual so that a test can deviate in one of them and see who notices.
  virtual void Enlist();
  virtual int64_t NextDelayNs();
  virtual void SleepDeepIfIdle();
  virtual bool NothingToWatch();
  virtual void DoDuties();
  virtual void PollNetwork(int64_t now_ns);
  virtual void InjectReady(const ReadyList& ready);
  virtual void RescueTimers(int64_t now_ns);
  virtual void RefreshProcessors(int64_t now_ns);
  virtual void KickScavenger();
  virtual int32_t Retake(int64_t now_ns);
  virtual bool PreemptIfExpired(int32_t processor, int64_t now_ns);
  virtual bool LeaveInSyscall(int32_t processor, bool expired, int64_t now_ns);
  virtual bool TakeBySwap(int32_t processor);
  virtual void CountIdle(int32_t taken);
  virtual void ForceCollection(int64_t now_ns);
  virtual bool CollectionIsDue(int64_t now_ns);
  virtual void PrintTrace(int64_t now_ns);

  // What was last seen of a processor, and when it was first seen so. Any tick may come first, so
  // "never seen" is not a tick.
  struct Sighting {
    static constexpr int64_t kNever = -1;
    uint32_t tick = 0;
    int64_t since_ns = kNever;

    bool Is(uint32_t now_tick) const { return since_ns != kNever && tick == now_tick; }
  };
  struct Stamp {
    Sighting schedule;
    Sighting syscall;
  };

  bool SleepDeepUnderSched(int64_t now_ns);
  bool RetakeBySwap(int32_t processor, ProcessorStatus status, int64_t now_ns);
  bool RetakeByTaskLock(int32_t processor, ProcessorStatus status, int64_t now_ns);
  Stamp& StampOf(int32_t processor);

  Host& host_;
  const Constants constants_;

  int64_t idle_ = 0;      // cycles in succession in which nothing was taken
  int64_t delay_ns_ = 0;  // the last shallow sleep
  int64_t next_trace_ns_ = INT64_MIN;
  int64_t next_refresh_ns_ = INT64_MIN;
  std::vector<Stamp> stamps_;  // one per processor ever seen running
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SYSMON_SYSMON_H_
