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
  switch (variable) {
    case Variable::kStatus:
      processor_at(event.p).status = value;
      break;
    case Variable::kScheduleTick:
      processor_at(event.p).schedule_tick = value;
      break;
    case Variable::kSyscallTick:
      processor_at(event.p).syscall_tick = value;
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
      break;
    }
    default:
      variables_[static_cast<size_t>(variable)] = value;
  }
}

void State::Apply(const Event& event) {
  switch (event.kind) {
    case EventKind::kGap:
      whole_ = false;
      break;
    case EventKind::kMonitorStart:
      monitor_ = event.m;
      break;
    case EventKind::kWrite:
    case EventKind::kSwap:
      ApplyWrite(event, event.Get(Arg::kValue));
      break;
    case EventKind::kLock:
      holders_[static_cast<size_t>(event.Get(Arg::kLock))] = event.m;
      break;
    case EventKind::kUnlock:
      holders_[static_cast<size_t>(event.Get(Arg::kLock))] = -1;
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
      break;
    }
    case EventKind::kEnqueue:
    case EventKind::kDequeue: {
      const int64_t change = event.kind == EventKind::kEnqueue ? 1 : -1;
      all_queued_ += change;
      if (event.Get(Arg::kQueue) == static_cast<int64_t>(Queue::kGlobal)) {
        global_queued_ += change;
      } else {
        processor_at(event.p).queued += change;
      }
      break;
    }
    case EventKind::kExecute:
      processor_at(event.p).running = event.g;
      break;
    case EventKind::kSwitchOut:
      processor_at(event.p).running = -1;
      break;
    default:
      break;
  }
  if (ByMonitor(event)) ApplyMonitor(event);
}

void State::ApplyMonitor(const Event& event) {
  switch (event.kind) {
    case EventKind::kShallowSleep:
      ++cycle_;
      slept_deep_ = false;
      handed_off_ = 0;
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
      }
      break;
    case EventKind::kUnlock:
      if (event.Get(Arg::kLock) == static_cast<int64_t>(LockId::kMonitor)) in_duties_ = false;
      break;
    case EventKind::kHandOff:
      ++handed_off_;
      break;
    default:
      break;
  }
}

}  // namespace proctor::white_box
