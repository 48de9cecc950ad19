// The monitor's calls about counts, processors and the rest: what the port's functions do.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_MONITOR_CALLS_H_
#define PROCTOR_CONFORMANCE_WORLD_MONITOR_CALLS_H_

#include <cstdint>
#include <string>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class MonitorCalls : private Part {
 public:
  using Part::Part;

  // The world ends: "unlocks the sched lock, which it does not hold".
  void Misuse(const std::string& what);
  // Traces a value that the monitor reads, and gives it back.
  int64_t ReadVariable(Variable variable, int64_t value, int32_t p = kNobody);
  int64_t EarliestTimer();
  void AddSystemThread();
  void CheckDeadlock();
  void AddIdleLocked(int32_t delta);
  int32_t ProcessorCount();
  // nullptr: no such processor, and the world has ended because of it.
  const P* Processor(const char* call, int32_t p);
  int32_t StatusOf(int32_t p);
  uint32_t ScheduleTickOf(int32_t p);
  uint32_t SyscallTickOf(int32_t p);
  bool HasLocalWork(int32_t p);
  void RequestPreemption(int32_t p);
  bool SwapSyscallToIdle(int32_t p);
  void BumpSyscallTick(int32_t p);
  void HandOff(int32_t p);
  void PrintTrace(int64_t now_ns);
  void CallYieldHook();
  void StartThread();
  void RefreshProcessors();
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_MONITOR_CALLS_H_
