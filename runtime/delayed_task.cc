#include "runtime/delayed_task.h"

#include <algorithm>
#include <utility>

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/new_task.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/timers.h"

namespace proctor::runtime {

DelayedTask::DelayedTask(int64_t delay_ns, TaskFunction function, const char* name)
    : function_(std::move(function)), name_(name) {
  timer_.argument = this;
  timer_.function = [](void* argument, uint64_t) {
    auto& self = *static_cast<DelayedTask*>(argument);
    Spawn(*CurrentThread()->parts, std::move(self.function_), self.name_);
  };
  Set(delay_ns);
}

DelayedTask::~DelayedTask() { Stop(); }

bool DelayedTask::Stop() {
  if (!RemoveTimer(*RunningTask()->parts, timer_)) return false;
  // What it holds may hold this.
  const TaskFunction gone = std::move(function_);
  return true;
}

bool DelayedTask::Reset(int64_t delay_ns, TaskFunction function) {
  const bool stopped = Stop();
  function_ = std::move(function);
  Set(delay_ns);
  return stopped;
}

void DelayedTask::Set(int64_t delay_ns) {
  timer_.when_ns = DeadlineNs(std::max(delay_ns, int64_t{0}));
  AddTimer(*RunningTask()->parts, timer_);
}

}  // namespace proctor::runtime
