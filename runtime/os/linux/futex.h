// The kernel's wait queue on a word of memory.
//
// A wait may end for any reason or none; the word alone says what happened, so callers loop on it.
// errno is not touched as far as callers can see.
//
// Thread safety: any thread; waking from signal handlers too.

#ifndef PROCTOR_RUNTIME_OS_LINUX_FUTEX_H_
#define PROCTOR_RUNTIME_OS_LINUX_FUTEX_H_

#include <atomic>
#include <cstdint>

namespace proctor::runtime {

using FutexWord = std::atomic<uint32_t>;

// Sleeps while the word has the value, until woken, at most `timeout_ns` (negative: for ever).
// False: the time has passed.
bool FutexWait(FutexWord& word, uint32_t value, int64_t timeout_ns = -1);

// Wakes at most `count` threads.
void FutexWake(FutexWord& word, int32_t count);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_OS_LINUX_FUTEX_H_
