// A std::mutex whose use clang checks (-Wthread-safety). It blocks the thread: for threads' own
// structures, never across a switch of tasks. Tasks have runtime::Mutex (runtime/sync.h).
//
// Thread safety: any thread; not for signal handlers.

#ifndef PROCTOR_RUNTIME_BASE_MUTEX_H_
#define PROCTOR_RUNTIME_BASE_MUTEX_H_

#include <mutex>

#include "runtime/base/thread_annotations.h"

namespace proctor::runtime {

class CAPABILITY("mutex") ThreadMutex {
 public:
  void Acquire() ACQUIRE() { mutex_.lock(); }
  void Release() RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds it until the end of its scope; in between it may be released and acquired again.
class SCOPED_CAPABILITY ThreadMutexGuard {
 public:
  explicit ThreadMutexGuard(ThreadMutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.Acquire(); }
  ~ThreadMutexGuard() RELEASE() { mutex_.Release(); }
  ThreadMutexGuard(const ThreadMutexGuard&) = delete;
  ThreadMutexGuard& operator=(const ThreadMutexGuard&) = delete;

  void Acquire() ACQUIRE() { mutex_.Acquire(); }
  void Release() RELEASE() { mutex_.Release(); }

 private:
  ThreadMutex& mutex_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_BASE_MUTEX_H_
