#include "runtime/delayed_task.h"

#include <algorithm>
#include <utility>

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

DelayedTask::DelayedTask(int64_t delay_ns, TaskFunction function, const char* name)
    : function_(std::move(function)), name_(name) {
  timer_.when_ns = DeadlineNs(std::max(delay_ns, int64_t{0}));
  timer_.argument = this;
  timer_.function = [](void* argument, uint64_t) {
    auto& self = *static_cast<DelayedTask*>(argument);
    CurrentThread()->scheduler->Spawn(std::move(self.function_), self.name_);
  };
  Scheduler::Current()->scheduler->AddTimer(timer_);
}

DelayedTask::~DelayedTask() { Stop(); }

bool DelayedTask::Stop() { return Scheduler::Current()->scheduler->RemoveTimer(timer_); }

}  // namespace proctor::runtime
