#include "conformance/judge/white_box/state.h"

namespace proctor::white_box {

static_assert(kNotMade == static_cast<int64_t>(ProcessorStatus::kNone));
static_assert(kIdle == static_cast<int64_t>(ProcessorStatus::kIdle));
static_assert(kRunning == static_cast<int64_t>(ProcessorStatus::kRunning));
static_assert(kInSyscall == static_cast<int64_t>(ProcessorStatus::kSyscall));
static_assert(kStopped == static_cast<int64_t>(ProcessorStatus::kStopped));
static_assert(kDead == static_cast<int64_t>(ProcessorStatus::kDead));
static_assert(kGone == static_cast<int64_t>(proctor::TaskStatus::kGone));
static_assert(kTaskWaiting == static_cast<int64_t>(proctor::TaskStatus::kWaiting));
static_assert(kRunnable == static_cast<int64_t>(proctor::TaskStatus::kRunnable));
static_assert(kTaskRunning == static_cast<int64_t>(proctor::TaskStatus::kRunning));
static_assert(kTaskInSyscall == static_cast<int64_t>(proctor::TaskStatus::kInSyscall));
namespace {

// Beyond these the evidence is nonsense, and the State stays small.
constexpr int64_t kTasksMost = 1 << 20;
constexpr size_t kSystemTasksMost = 1024;
constexpr size_t kTimersMost = 1 << 20;
constexpr int64_t kMainTask = 1'000'000'000;

}  // namespace

const Processor& State::processor(int32_t p) const {
  static constexpr Processor kNone;
  return p >= 0 && p < processors() ? processors_[static_cast<size_t>(p)] : kNone;
}

const Task& State::task(int64_t g) const {
  static constexpr Task kNone;
  if (g >= 0 && g < static_cast<int64_t>(tasks_.size())) return tasks_[static_cast<size_t>(g)];
  const auto found = system_tasks_.find(g);
  return found != system_tasks_.end() ? found->second : kNone;
}

Processor& State::processor_at(int32_t p) {
  const size_t index = PlaceOf(p);
  if (index >= processors_.size()) processors_.resize(index + 1);
  return processors_[index];
}

Task& State::task_at(int64_t g) {
  if (g < 0 || g >= kTasksMost) {
    if (system_tasks_.size() >= kSystemTasksMost) system_tasks_.clear();
    return system_tasks_[g];
  }
  const auto index = static_cast<size_t>(g);
  if (index >= tasks_.size()) tasks_.resize(index + 1);
  return tasks_[index];
}

void State::ApplyWrite(const Event& event, int64_t value) {
  const auto variable = static_cast<Variable>(event.Get(Arg::kVariable));
  const auto set = [&](int64_t Processor::* member) {
    Processor& processor = processor_at(event.p);
    processor.*member = value;
    processor.changed = step_;
  };
  switch (variable) {
    case Variable::kStatus:
      set(&Processor::status);
      break;
    case Variable::kScheduleTick:
      set(&Processor::schedule_tick);
      processor_at(event.p).ticked_ns = event.time_ns;
      break;
    case Variable::kSyscallTick:
      set(&Processor::syscall_tick);
      break;
    case Variable::kSafePoint:
      processor_at(event.p).safe_point = value;
      break;
    case Variable::kMarked:
      processor_at(event.p).marked = value;
      break;
    case Variable::kTaskMarked:
      task_at(event.g).marked = value;
      break;
    case Variable::kTaskStatus: {
      Task& task = task_at(event.g);
      if (event.g <= kMainTask) {
        runnable_ += (value == kRunnable) - (task.status == kRunnable);
        running_ += (value == kTaskRunning) - (task.status == kTaskRunning);
      }
      task.status = value;
      task.changed = step_;
      break;
    }
    default: {
      int64_t& place = variables_[static_cast<size_t>(variable)];
      if (place != value) changed_[static_cast<size_t>(variable)] = step_;
      place = value;
    }
  }
}

// A task waits for one timer at a time; set again, it is another one; set for never, none.
void State::ApplyTimer(const Event& event) {
  if (event.g < 0) return;  // it cannot be told from others
  const auto [place, is_new] = timers_.try_emplace(event.g, 0);
  if (!is_new) timers_by_time_.erase(timers_by_time_.find(place->second));
  const bool gone = event.kind == EventKind::kTimerFired || event.Get(Arg::kWhenNs) == INT64_MAX;
  if (gone || timers_.size() > kTimersMost) {
    timers_.erase(place);
    return;
  }
  place->second = event.Get(Arg::kWhenNs);
  timers_by_time_.insert(place->second);
}

void State::Apply(const Event& event) {
  ++step_;
  switch (event.kind) {
    case EventKind::kGap:
      whole_ = false;
      break;
    case EventKind::kMonitorStart:
      monitor_ = event.m;
      break;
    case EventKind::kStopped:
    case EventKind::kContinued:
    case EventKind::kStall:
      stalls_.Observe(event);
      break;
    case EventKind::kWrite:
    case EventKind::kSwap:
      ApplyWrite(event, event.Get(Arg::kValue));
      break;
    case EventKind::kLock:
      holders_[static_cast<size_t>(event.Get(Arg::kLock))] = event.m;
      if (ByMonitor(event)) ApplyMonitor(event);
      break;
    case EventKind::kUnlock:
      holders_[static_cast<size_t>(event.Get(Arg::kLock))] = -1;
      if (ByMonitor(event)) ApplyMonitor(event);
      break;
    case EventKind::kShallowSleep:
    case EventKind::kDeepSleep:
    case EventKind::kDeepWake:
    case EventKind::kNow:
    case EventKind::kHandOff:
    case EventKind::kHandOffEnd:
    case EventKind::kInject:
    case EventKind::kInjectEnd:
      if (ByMonitor(event)) ApplyMonitor(event);
      break;
    case EventKind::kAssign:
      ++assigned_;
      break;
    case EventKind::kAcquire: {
      Processor& processor = processor_at(event.p);
      if (processor.owner < 0) ++owned_;
      processor.owner = event.m;
      if (assigned_ > 0) --assigned_;
      break;
    }
    case EventKind::kRelease: {
      Processor& processor = processor_at(event.p);
      if (processor.owner >= 0) --owned_;
      processor.owner = -1;
      processor.running = -1;
      processor.changed = step_;
      break;
    }
    case EventKind::kEnqueue:
    case EventKind::kDequeue: {
      const int64_t change = event.kind == EventKind::kEnqueue ? 1 : -1;
      all_queued_ += change;
      if (event.Get(Arg::kQueue) == static_cast<int64_t>(Queue::kGlobal)) {
        global_queued_ += change;
      } else {
        Processor& processor = processor_at(event.p);
        processor.queued += change;
        processor.changed = step_;
      }
      break;
    }
    case EventKind::kExecute:
    case EventKind::kSwitchOut: {
      Processor& processor = processor_at(event.p);
      processor.running = event.kind == EventKind::kExecute ? event.g : -1;
      processor.changed = step_;
      break;
    }
    case EventKind::kTimerSet:
    case EventKind::kTimerFired:
      ApplyTimer(event);
      break;
    default:
      break;
  }
}

void State::ApplyMonitor(const Event& event) {
  switch (event.kind) {
    case EventKind::kShallowSleep:
      ++cycle_;
      cycle_step_ = step_;
      slept_deep_ = false;
      within_calls_ = 0;
      break;
    case EventKind::kDeepSleep:
      slept_deep_ = sleeping_deep_ = true;
      break;
    case EventKind::kDeepWake:
      sleeping_deep_ = false;
      break;
    case EventKind::kNow:
      now_ns_ = event.Get(Arg::kNowNs);
      if (in_duties_) duties_now_ns_ = now_ns_;
      break;
    case EventKind::kLock:
      if (event.Get(Arg::kLock) == static_cast<int64_t>(LockId::kMonitor)) {
        in_duties_ = true;
        duties_now_ns_ = -1;
        duties_step_ = step_;
      }
      break;
    case EventKind::kUnlock:
      if (event.Get(Arg::kLock) == static_cast<int64_t>(LockId::kMonitor)) in_duties_ = false;
      break;
    case EventKind::kHandOff:
    case EventKind::kInject:
      ++within_calls_;
      break;
    case EventKind::kHandOffEnd:
    case EventKind::kInjectEnd:
      if (within_calls_ > 0) --within_calls_;
      break;
    default:
      break;
  }
}

}  // namespace proctor::white_box
