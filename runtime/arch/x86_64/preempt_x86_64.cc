// The injection of a call into an interrupted task, and how much vector state there is to save.

#include <cpuid.h>
#include <ucontext.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "runtime/arch/inject.h"
#include "runtime/arch/sanitizers.h"

extern "C" void proctor_preempt_entry();

extern "C" {
// Read by the entry. Which state components xsave keeps, and the bytes they need.
__attribute__((visibility("hidden"))) uint32_t proctor_xsave_mask = 0;
__attribute__((visibility("hidden"))) uint64_t proctor_xsave_bytes = 0;
}

namespace proctor::runtime {
namespace {

constexpr std::size_t kRedZoneBytes = 128;
// The address to go back to, the flags and 15 registers.
constexpr std::size_t kSavedWordsBytes = 17 * 8;
constexpr std::size_t kXsaveAlignment = 64;
constexpr std::size_t kXsaveFixedBytes = 576;  // x87 and SSE, and the header

// State components by number, as the processor manuals count them: x87, SSE, AVX, and AVX-512's
// masks, upper halves, and upper registers. Not the protection keys, which are the thread's, and
// not AMX, whose 8 KiB a task's stack should not have to hold.
constexpr uint32_t kX87AndSse = 0b11;
constexpr uint32_t kKept = 0b1110'0111;

}  // namespace

void PrepareInjection() {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
  __cpuid_count(0xd, 0, eax, ebx, ecx, edx);
  // What the system has switched on, which is not all that the processor could do.
  uint32_t enabled_low = 0, enabled_high = 0;
  asm volatile("xgetbv" : "=a"(enabled_low), "=d"(enabled_high) : "c"(0));
  const uint32_t mask = (enabled_low & eax & kKept) | kX87AndSse;
  std::size_t bytes = kXsaveFixedBytes;
  for (uint32_t component = 2; component < 32; ++component) {
    if ((mask >> component & 1) == 0) continue;
    __cpuid_count(0xd, component, eax, ebx, ecx, edx);
    bytes = std::max<std::size_t>(bytes, ebx + eax);  // where it lies, and how long it is
  }
  proctor_xsave_bytes = bytes;
  proctor_xsave_mask = mask;
}

std::size_t InjectionStackBytes() {
  return kRedZoneBytes + kSavedWordsBytes + kXsaveAlignment + proctor_xsave_bytes;
}

uintptr_t InterruptedAt(const void* ucontext) {
  return static_cast<uintptr_t>(
      static_cast<const ucontext_t*>(ucontext)->uc_mcontext.gregs[REG_RIP]);
}

uintptr_t InterruptedStackPointer(const void* ucontext) {
  return static_cast<uintptr_t>(
      static_cast<const ucontext_t*>(ucontext)->uc_mcontext.gregs[REG_RSP]);
}

// Uninstrumented: it writes below the stack pointer, where frames that ended may have left poison.
PROCTOR_UNINSTRUMENTED void Inject(void* ucontext) {
  greg_t* registers = static_cast<ucontext_t*>(ucontext)->uc_mcontext.gregs;
  const uintptr_t top = static_cast<uintptr_t>(registers[REG_RSP]) - kRedZoneBytes - 8;
  *reinterpret_cast<greg_t*>(top) = registers[REG_RIP];
  registers[REG_RSP] = static_cast<greg_t>(top);
  registers[REG_RIP] = reinterpret_cast<greg_t>(&proctor_preempt_entry);
}

}  // namespace proctor::runtime
