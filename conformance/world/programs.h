// What tasks do: the scenario's operations in virtual time.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_PROGRAMS_H_
#define PROCTOR_CONFORMANCE_WORLD_PROGRAMS_H_

#include <cstdint>

#include "conformance/scenario/scenario.h"
#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Programs : private Part {
 public:
  using Part::Part;

  void Spawn(int32_t m, int32_t program);
  void Resume(int32_t m);
  // All tasks have ended, and no timer is to fire any more.
  void EndScenario(int32_t m);
  void Compute(int32_t m, int64_t duration_ns);
  void OnComputed(int32_t m);
  // The task waits for something; its thread looks for another one.
  void Wait(int32_t m);

 private:
  void ResumeScenario(int32_t m);
  void BeginOp(int32_t m, const Operation& op);
  void EndOp(int32_t m);
  void EndTask(int32_t m);
  void ShortCall(int32_t m);
  void OperateTimer(int32_t m, const Operation& op);
  void ChangeProcs(int32_t m, int32_t procs);
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_PROGRAMS_H_
