// A thread that traces: the kernel ties tracing to the thread that began it. A signal ends its
// waits.
//
// Thread safety: Start and Stop from one thread.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_TRACING_THREAD_H_
#define PROCTOR_CONFORMANCE_OBSERVER_TRACING_THREAD_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <string>
#include <thread>

#include "conformance/base/mutex.h"

namespace proctor {

class TracingThread {
 public:
  // False: the line says why.
  using Attach = std::function<bool(std::string& error)>;
  // Until `stop` is set and a signal interrupts a wait.
  using Run = std::function<void(const std::atomic<bool>& stop)>;

  ~TracingThread() { Stop(); }

  // Returns once the thread has attached; false: it could not, `error`.
  bool Start(Attach attach, Run run, std::string& error);

  // Until the thread has ended. Idempotent.
  void Stop();

  // Interrupts a wait.
  void Nudge();

 private:
  enum class Phase { kAttaching, kAttached, kFinished };

  void Main(const Attach& attach, const Run& run);
  void Enter(Phase next, std::string error = "");

  std::thread thread_;
  std::atomic<bool> stop_{false};
  Mutex mutex_;
  std::condition_variable_any changed_;
  Phase phase_ GUARDED_BY(mutex_) = Phase::kAttaching;
  std::string error_ GUARDED_BY(mutex_);
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_TRACING_THREAD_H_
