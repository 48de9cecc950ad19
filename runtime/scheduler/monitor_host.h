// What the system monitor sees of the scheduler: every call is passed on, and traced. See
// runtime/sysmon/host.h for what each means.
//
// Thread safety: the monitor's thread only.

#ifndef PROCTOR_RUNTIME_SCHEDULER_MONITOR_HOST_H_
#define PROCTOR_RUNTIME_SCHEDULER_MONITOR_HOST_H_

#include "runtime/scheduler/task.h"
#include "runtime/sysmon/host.h"
#include "runtime/trace/trace.h"

namespace proctor::runtime {

struct SchedulerParts;

class MonitorHost : public Host {
 public:
  explicit MonitorHost(SchedulerParts& scheduler) : s_(scheduler) {}

  int64_t NowNs() override;
  bool Sleep(int64_t duration_ns) override;
  void RelaxClock(bool relaxed) override;
  void Lock(LockId lock) override;
  void Unlock(LockId lock) override;
  bool SleepOnNote(int64_t timeout_ns) override;
  void ClearNote() override;
  void SetMonitorWaits(bool waits) override;
  bool StopPending() override;
  int32_t IdleProcessors() override;
  int32_t Processors() override;
  int32_t SpinningThreads() override;
  int64_t EarliestTimerNs() override;
  void AddSystemThread() override;
  void CheckDeadlock() override;
  void AddIdleLocked(int32_t delta) override;
  bool PollerReady() override;
  int64_t LastPollNs() override;
  bool SwapLastPoll(int64_t expected_ns, int64_t new_ns) override;
  ReadyList Poll(int64_t timeout_ns) override;
  void Inject(const ReadyList& list) override;
  void AdjustWaiters(int32_t delta) override;
  int32_t ProcessorCount() override;
  ProcessorStatus StatusOf(int32_t processor) override;
  uint32_t ScheduleTickOf(int32_t processor) override;
  uint32_t SyscallTickOf(int32_t processor) override;
  bool HasLocalWork(int32_t processor) override;
  void RequestPreemption(int32_t processor) override;
  bool SwapSyscallToIdle(int32_t processor) override;
  bool LockTaskInSyscall(int32_t processor) override;
  void TakeFromLockedTask(int32_t processor) override;
  void UnlockTask(int32_t processor) override;
  void BumpSyscallTick(int32_t processor) override;
  void HandOff(int32_t processor) override;
  CollectorState Collector() override;
  bool HelperIdle() override;
  void ClearHelperIdle() override;
  void InjectHelper() override;
  bool ScavengerAskedFor() override;
  void WakeScavenger() override;
  void PrintTrace(int64_t now_ns) override;
  void CallYieldHook() override;
  void StartThread() override;
  void RefreshProcessors() override;

 private:
  // A value that was read, traced.
  template <typename T>
  T Read(TraceVariable variable, T value, int32_t processor = -1);
  class Lock& LockOf(LockId lock);

  SchedulerParts& s_;
  class Lock monitor_lock_{LockRank::kMonitor};
  TaskList ready_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_MONITOR_HOST_H_
