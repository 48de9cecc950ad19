// The reference monitor behind the port.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_REFERENCE_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_REFERENCE_H_

#include "conformance/port/port.h"
#include "runtime/sysmon/constants.h"
#include "runtime/sysmon/host.h"

namespace proctor {

const proctor_implementation& ReferenceImplementation();

// The reference's host interface on top of the port's table.
class PortedHost : public runtime::Host {
 public:
  explicit PortedHost(const proctor_host* host) : host_(*host) {}

  int64_t NowNs() override;
  bool Sleep(int64_t duration_ns) override;
  void RelaxClock(bool relaxed) override;
  void Lock(runtime::LockId lock) override;
  void Unlock(runtime::LockId lock) override;
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
  runtime::ReadyList Poll(int64_t timeout_ns) override;
  void Inject(const runtime::ReadyList& list) override;
  void AdjustWaiters(int32_t delta) override;
  int32_t ProcessorCount() override;
  runtime::ProcessorStatus StatusOf(int32_t processor) override;
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
  runtime::CollectorState Collector() override;
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
  const proctor_host& host_;
};

runtime::Constants FromPort(const proctor_constants& constants);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_REFERENCE_H_
