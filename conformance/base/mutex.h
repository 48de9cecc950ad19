// A mutex whose use clang checks (-Wthread-safety); other compilers see a std::mutex and nothing
// more. The runtime has annotations of its own, for its own locks: neither side includes the other.
//
// Thread safety: all of it, that is what it is for.

#ifndef PROCTOR_CONFORMANCE_BASE_MUTEX_H_
#define PROCTOR_CONFORMANCE_BASE_MUTEX_H_

#include <mutex>

#if defined(__clang__)
#define PROCTOR_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define PROCTOR_THREAD_ANNOTATION(x)
#endif

#define GUARDED_BY(x) PROCTOR_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) PROCTOR_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))

namespace proctor {

class PROCTOR_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() PROCTOR_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() PROCTOR_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds it until the end of its scope.
class PROCTOR_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) PROCTOR_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() PROCTOR_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_BASE_MUTEX_H_
