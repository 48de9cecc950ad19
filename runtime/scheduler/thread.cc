#include "runtime/scheduler/thread.h"

namespace proctor::runtime {

__thread Thread* current_thread = nullptr;

#if !defined(__x86_64__)
[[gnu::noinline]] Thread* CurrentThread() {
  asm volatile("");
  return current_thread;
}
#endif

[[gnu::noinline]] void SetCurrentThread(Thread* thread) {
  asm volatile("");
  current_thread = thread;
}

}  // namespace proctor::runtime
