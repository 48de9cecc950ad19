// A host that passes every call on to another one: what lies between the reference and its host
// overrides the call in which it deviates.
//
// Thread safety: that of the host behind it.

#ifndef PROCTOR_CONFORMANCE_MUTANTS_PASS_THROUGH_HOST_H_
#define PROCTOR_CONFORMANCE_MUTANTS_PASS_THROUGH_HOST_H_

#include <cstdint>

#include "runtime/sysmon/constants.h"
#include "runtime/sysmon/host.h"

namespace proctor::mutants {

class PassThroughHost : public runtime::Host {
 public:
  PassThroughHost(runtime::Host& host, const runtime::Constants& constants)
      : host_(host), constants_(constants) {}

  int64_t NowNs() override { return host_.NowNs(); }
  bool Sleep(int64_t duration_ns) override { return host_.Sleep(duration_ns); }
  void RelaxClock(bool relaxed) override { host_.RelaxClock(relaxed); }
  void Lock(runtime::LockId lock) override { host_.Lock(lock); }
  void Unlock(runtime::LockId lock) override { host_.Unlock(lock); }
  bool SleepOnNote(int64_t timeout_ns) override { return host_.SleepOnNote(timeout_ns); }
  void ClearNote() override { host_.ClearNote(); }
  void SetMonitorWaits(bool waits) override { host_.SetMonitorWaits(waits); }
  bool StopPending() override { return host_.StopPending(); }
  int32_t IdleProcessors() override { return host_.IdleProcessors(); }
  int32_t Processors() override { return host_.Processors(); }
  int32_t SpinningThreads() override { return host_.SpinningThreads(); }
  int64_t EarliestTimerNs() override { return host_.EarliestTimerNs(); }
  void AddSystemThread() override { host_.AddSystemThread(); }
  void CheckDeadlock() override { host_.CheckDeadlock(); }
  void AddIdleLocked(int32_t delta) override { host_.AddIdleLocked(delta); }
  bool PollerReady() override { return host_.PollerReady(); }
  int64_t LastPollNs() override { return host_.LastPollNs(); }
  bool SwapLastPoll(int64_t expected_ns, int64_t new_ns) override {
    return host_.SwapLastPoll(expected_ns, new_ns);
  }
  runtime::ReadyList Poll(int64_t timeout_ns) override { return host_.Poll(timeout_ns); }
  void Inject(const runtime::ReadyList& list) override { host_.Inject(list); }
  void AdjustWaiters(int32_t delta) override { host_.AdjustWaiters(delta); }
  int32_t ProcessorCount() override { return host_.ProcessorCount(); }
  runtime::ProcessorStatus StatusOf(int32_t processor) override {
    return host_.StatusOf(processor);
  }
  uint32_t ScheduleTickOf(int32_t processor) override { return host_.ScheduleTickOf(processor); }
  uint32_t SyscallTickOf(int32_t processor) override { return host_.SyscallTickOf(processor); }
  bool HasLocalWork(int32_t processor) override { return host_.HasLocalWork(processor); }
  void RequestPreemption(int32_t processor) override { host_.RequestPreemption(processor); }
  bool SwapSyscallToIdle(int32_t processor) override { return host_.SwapSyscallToIdle(processor); }
  bool LockTaskInSyscall(int32_t processor) override { return host_.LockTaskInSyscall(processor); }
  void TakeFromLockedTask(int32_t processor) override { host_.TakeFromLockedTask(processor); }
  void UnlockTask(int32_t processor) override { host_.UnlockTask(processor); }
  void BumpSyscallTick(int32_t processor) override { host_.BumpSyscallTick(processor); }
  void HandOff(int32_t processor) override { host_.HandOff(processor); }
  runtime::CollectorState Collector() override { return host_.Collector(); }
  bool HelperIdle() override { return host_.HelperIdle(); }
  void ClearHelperIdle() override { host_.ClearHelperIdle(); }
  void InjectHelper() override { host_.InjectHelper(); }
  bool ScavengerAskedFor() override { return host_.ScavengerAskedFor(); }
  void WakeScavenger() override { host_.WakeScavenger(); }
  void PrintTrace(int64_t now_ns) override { host_.PrintTrace(now_ns); }
  void CallYieldHook() override { host_.CallYieldHook(); }
  void StartThread() override { host_.StartThread(); }
  void RefreshProcessors() override { host_.RefreshProcessors(); }

 protected:
  runtime::Host& host_;
  const runtime::Constants& constants_;
};

}  // namespace proctor::mutants

#endif  // PROCTOR_CONFORMANCE_MUTANTS_PASS_THROUGH_HOST_H_
