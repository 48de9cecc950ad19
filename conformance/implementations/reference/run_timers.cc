#include "conformance/implementations/reference/run_timers.h"

#include <utility>

namespace proctor::reference {

// As long as one is to fire, all live on. They must end within a task.
runtime::TaskFunction RunTimers::Firing(int32_t number) {
  return [timers = shared_from_this(), number]() mutable {
    const std::shared_ptr<RunTimers> own = std::move(timers);
    own->NoteExpired(number);
  };
}

bool RunTimers::Set(int32_t number, int64_t duration_ns) {
  std::unique_ptr<runtime::DelayedTask>& timer = timers_[number];
  const bool active = timer != nullptr && timer->Stop();
  timer = std::make_unique<runtime::DelayedTask>(duration_ns, Firing(number));
  return active;
}

bool RunTimers::Settle(int32_t number) {
  std::atomic<int64_t>& left = Left(number);
  for (int64_t had = left.load(); had > 0;) {
    if (left.compare_exchange_weak(had, had - 1)) return true;
  }
  return false;
}

bool RunTimers::Stop(int32_t number) { return timers_.at(number)->Stop(); }

bool RunTimers::Reset(int32_t number, int64_t duration_ns) {
  return timers_.at(number)->Reset(duration_ns, Firing(number));
}

}  // namespace proctor::reference
