// Which sanitizer this is compiled with, in one word for both compilers.
//
// Thread safety: macros.

#ifndef PROCTOR_RUNTIME_ARCH_SANITIZERS_H_
#define PROCTOR_RUNTIME_ARCH_SANITIZERS_H_

#if defined(__SANITIZE_ADDRESS__)
#define PROCTOR_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define PROCTOR_TSAN 1
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PROCTOR_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define PROCTOR_TSAN 1
#endif
// g++ does not tell.
#if __has_feature(undefined_behavior_sanitizer)
#define PROCTOR_UBSAN 1
#endif
#endif

// For code that runs while the sanitizer's idea of "the current stack" is being changed: it must
// not report to the sanitizer itself.
#if defined(__clang__)
#define PROCTOR_UNINSTRUMENTED __attribute__((disable_sanitizer_instrumentation))
#elif defined(__GNUC__)
#define PROCTOR_UNINSTRUMENTED __attribute__((no_sanitize("address", "thread", "undefined")))
#endif

#endif  // PROCTOR_RUNTIME_ARCH_SANITIZERS_H_
