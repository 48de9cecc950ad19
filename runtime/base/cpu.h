// What a busy wait says to the processor.
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_BASE_CPU_H_
#define PROCTOR_RUNTIME_BASE_CPU_H_

namespace proctor::runtime {

inline constexpr int kCacheLineBytes = 64;

inline void CpuRelax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_BASE_CPU_H_
