// What a suspended flow leaves on its stack, for assembly and C++ alike: offsets from its stack
// pointer. context_x86_64.cc holds the two views together by static asserts.
//
// Thread safety: constants.

#ifndef PROCTOR_RUNTIME_ARCH_X86_64_FRAME_H_
#define PROCTOR_RUNTIME_ARCH_X86_64_FRAME_H_

#define FRAME_MXCSR 0
#define FRAME_X87_CONTROL 4
#define FRAME_R15 8
#define FRAME_R14 16
#define FRAME_R13 24
#define FRAME_R12 32
#define FRAME_RBX 40
#define FRAME_RBP 48
#define FRAME_RIP 56
#define FRAME_BYTES 64

// The bits of MXCSR that a function must keep; the others say which exceptions were raised so far.
#define MXCSR_CONTROL 0xffc0
#define MXCSR_DEFAULT 0x1f80
#define X87_CONTROL_DEFAULT 0x037f

#ifndef __ASSEMBLER__

#include <cstddef>
#include <cstdint>

namespace proctor::runtime {

struct SwitchFrame {
  uint32_t mxcsr;
  uint32_t x87_control;  // 16 bits of it
  uint64_t r15;
  uint64_t r14;
  uint64_t r13;
  uint64_t r12;
  uint64_t rbx;
  uint64_t rbp;
  uint64_t rip;
};

}  // namespace proctor::runtime

#endif  // __ASSEMBLER__
#endif  // PROCTOR_RUNTIME_ARCH_X86_64_FRAME_H_
