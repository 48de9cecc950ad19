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
  timer_.when_ns = DeadlineNs(std::max(delay_ns, int64_t{0}));
  timer_.argument = this;
  timer_.function = [](void* argument, uint64_t) {
    auto& self = *static_cast<DelayedTask*>(argument);
    Spawn(*CurrentThread()->parts, std::move(self.function_), self.name_);
  };
  AddTimer(*RunningTask()->parts, timer_);
}

DelayedTask::~DelayedTask() { Stop(); }

bool DelayedTask::Stop() { return RemoveTimer(*RunningTask()->parts, timer_); }

}  // namespace proctor::runtime
