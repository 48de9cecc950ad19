// Into a system call and out of it: the races for the processor that is left behind.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_SYSCALLS_H_
#define PROCTOR_CONFORMANCE_WORLD_SYSCALLS_H_

#include <cstdint>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Syscalls : private Part {
 public:
  using Part::Part;

  void Begin(int32_t m, int64_t duration_ns);
  void EnterWake(int32_t m);
  void Enter(int32_t m);
  void EnterStop(int32_t m);
  void Return(int32_t m);
  void ReturnSwap(int32_t m);
  void ReturnIdle(int32_t m);
  void ReturnSlow(int32_t m);

 private:
  void Returned(int32_t m, ExitPath path);
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_SYSCALLS_H_
