#include <cstddef>
#include <cstdint>

#include "runtime/arch/context.h"
#include "runtime/arch/x86_64/frame.h"

extern "C" void proctor_flow_start();

namespace proctor::runtime {

static_assert(offsetof(SwitchFrame, mxcsr) == FRAME_MXCSR);
static_assert(offsetof(SwitchFrame, x87_control) == FRAME_X87_CONTROL);
static_assert(offsetof(SwitchFrame, r15) == FRAME_R15);
static_assert(offsetof(SwitchFrame, r14) == FRAME_R14);
static_assert(offsetof(SwitchFrame, r13) == FRAME_R13);
static_assert(offsetof(SwitchFrame, r12) == FRAME_R12);
static_assert(offsetof(SwitchFrame, rbx) == FRAME_RBX);
static_assert(offsetof(SwitchFrame, rbp) == FRAME_RBP);
static_assert(offsetof(SwitchFrame, rip) == FRAME_RIP);
static_assert(sizeof(SwitchFrame) == FRAME_BYTES);
// The switch leaves the stack pointer at the end of the frame, where proctor_flow_start calls
// entry: it must be a multiple of 16 there.
static_assert(FRAME_BYTES % 16 == 0);
static_assert(sizeof(Context) == 8 && offsetof(Context, sp) == 0);

Context MakeContext(void* /*low*/, void* high, void (*entry)(void*), void* argument) {
  const uintptr_t top = reinterpret_cast<uintptr_t>(high) & ~uintptr_t{15};
  auto* frame = reinterpret_cast<SwitchFrame*>(top - FRAME_BYTES);
  *frame = SwitchFrame{
      .mxcsr = MXCSR_DEFAULT,
      .x87_control = X87_CONTROL_DEFAULT,
      .r13 = reinterpret_cast<uint64_t>(argument),
      .r12 = reinterpret_cast<uint64_t>(entry),
      .rip = reinterpret_cast<uint64_t>(&proctor_flow_start),
  };
  return Context{frame};
}

}  // namespace proctor::runtime
