// A task that starts after a time, unless it is stopped before.
//
//     DelayedTask timeout(50'000'000, [&] { GiveUp(); });
//     ...
//     if (!timeout.Stop()) { /* it has started */ }
//     timeout.Reset(50'000'000, [&] { GiveUp(); });
//
// Thread safety: made and stopped by tasks of one runtime, one at a time.

#ifndef PROCTOR_RUNTIME_DELAYED_TASK_H_
#define PROCTOR_RUNTIME_DELAYED_TASK_H_

#include <cstdint>

#include "runtime/scheduler/task_function.h"
#include "runtime/scheduler/timer_heap.h"

namespace proctor::runtime {

class DelayedTask {
 public:
  // Never earlier. A time that has passed is as good as now. `name` is for reports and must outlive
  // the task.
  DelayedTask(int64_t delay_ns, TaskFunction function, const char* name = nullptr);
  // Stops it.
  ~DelayedTask();
  DelayedTask(const DelayedTask&) = delete;
  DelayedTask& operator=(const DelayedTask&) = delete;

  // True: it will not start any more, and its function is gone. False: it has started, or was
  // stopped before.
  bool Stop();

  // A stop, with the same answer, after which it is to start with `function` after another time.
  bool Reset(int64_t delay_ns, TaskFunction function);

 private:
  void Set(int64_t delay_ns);

  Timer timer_;
  TaskFunction function_;
  const char* const name_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_DELAYED_TASK_H_
