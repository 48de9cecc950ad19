// For tests of what a thread waits for a CPU: one CPU, and a thread that computes on it.
//
// Thread safety: OneCpu from any thread; a Spinner belongs to one.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_SHARED_CPU_TESTING_H_
#define PROCTOR_CONFORMANCE_OBSERVER_SHARED_CPU_TESTING_H_

#include <sched.h>

#include <atomic>
#include <thread>

namespace proctor {

// The first that this thread may use.
inline cpu_set_t OneCpu() {
  cpu_set_t all;
  sched_getaffinity(0, sizeof all, &all);
  int cpu = 0;
  while (!CPU_ISSET(cpu, &all)) ++cpu;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  return one;
}

// Computes on that CPU as long as it lives.
class Spinner {
 public:
  explicit Spinner(const cpu_set_t& cpu)
      : thread_([this, cpu] {
          sched_setaffinity(0, sizeof cpu, &cpu);
          while (!stop_) {
          }
        }) {}
  ~Spinner() {
    stop_ = true;
    thread_.join();
  }
  Spinner(const Spinner&) = delete;
  Spinner& operator=(const Spinner&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;  // after what it reads
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_SHARED_CPU_TESTING_H_
