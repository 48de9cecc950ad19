#include "conformance/implementations/reference/program.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

#include "conformance/adapter/protocol.h"
#include "conformance/implementations/reference/stamps.h"
#include "conformance/process/own_cpu_time.h"
#include "runtime/arch/preempt.h"

namespace proctor::reference {
namespace {

int64_t iterations_per_ms = 1;
std::atomic<int64_t> sink{0};

// Computes and calls nothing: only a signal can take its processor away.
PROCTOR_PREEMPTIBLE int64_t Loop(int64_t iterations) {
  int64_t x = iterations;
  for (int64_t i = 0; i < iterations; ++i) {
    x += i ^ x;
    // The compiler must not see through it.
    asm volatile("" : "+r"(x));
  }
  return x;
}

void Spin(int64_t duration_ns) {
  const int64_t iterations = duration_ns / 1000 * iterations_per_ms / 1000;
  if (runtime::kAsyncPreemption) {
    sink.fetch_add(Loop(iterations), std::memory_order_relaxed);
    return;
  }
  // Where no signal can, polls from time to time give the processor away.
  constexpr int64_t kBetweenPolls = 10'000;
  for (int64_t left = iterations; left > 0; left -= kBetweenPolls) {
    sink.fetch_add(Loop(std::min(left, kBetweenPolls)), std::memory_order_relaxed);
    runtime::Poll();
  }
}

// How many bytes it allocated.
int64_t Work(ScenarioHeap& heap, int64_t duration_ns) {
  constexpr int64_t kBytesAtATime = 50 * 64;
  int64_t bytes = 0;
  for (const int64_t end_ns = NowNs() + duration_ns; NowNs() < end_ns; bytes += kBytesAtATime) {
    heap.Allocate(kBytesAtATime);
    runtime::Poll();
  }
  return bytes;
}

// The runtime is not told.
void BlockUntold(int64_t duration_ns) {
  timespec left{.tv_sec = duration_ns / 1'000'000'000, .tv_nsec = duration_ns % 1'000'000'000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

void Block(int64_t duration_ns) {
  const runtime::SystemCall call;
  BlockUntold(duration_ns);
}

// How many it made.
int64_t Calls(int64_t duration_ns) {
  int64_t made = 0;
  for (const int64_t end_ns = NowNs() + duration_ns; NowNs() < end_ns; ++made) {
    const runtime::SystemCall call;
    syscall(SYS_getpid);
  }
  return made;
}

void WaitFor(runtime::Descriptor& descriptor) {
  char one;
  const int64_t read = descriptor.Read(&one, 1);
  if (read == 1) return;
  fprintf(stderr, "adapter: a descriptor cannot be read: %s\n",
          read == 0 ? "its other end is closed" : strerror(static_cast<int>(-read)));
  _exit(EXIT_FAILURE);
}

}  // namespace

// The fastest of a few measurements is the least disturbed one.
void Calibrate() {
  constexpr int64_t kIterations = 1 << 18;
  int64_t best_ns = INT64_MAX;
  for (int i = 0; i < 20; ++i) {
    const int64_t begin_ns = NowNs();
    sink.fetch_add(Loop(kIterations), std::memory_order_relaxed);
    best_ns = std::min(best_ns, NowNs() - begin_ns);
  }
  iterations_per_ms = kIterations * 1'000'000 / (best_ns + 1);
}

Program::Program(const Scenario& scenario, ScenarioHeap& heap, MakeRunTimers make_timers)
    : scenario_(scenario), heap_(heap), make_timers_(std::move(make_timers)) {
  if (scenario.stamps != Stamps::kAll) tally_ = std::make_unique<Tally>();
  for (const Channel& channel : scenario.channels) {
    channels_.push_back(
        std::make_unique<runtime::Channel<char>>(static_cast<size_t>(channel.capacity)));
  }
}

Program::~Program() = default;

bool Program::Open() {
  for (int32_t i = 0; i < scenario_.descriptors; ++i) {
    // Ours to close; the next scenario may want the inherited one.
    const int number = kAdapterFirstDescriptor + i;
    const int ours = fcntl(number, F_DUPFD_CLOEXEC, 0);
    const int copy_error = ours < 0 ? errno : 0;
    auto source = std::make_unique<Source>(ours);
    const int error = copy_error != 0 ? copy_error : source->descriptor.error();
    if (error != 0) {
      fprintf(stderr, "adapter: descriptor %d cannot be waited for: %s\n", number, strerror(error));
      return false;
    }
    sources_.push_back(std::move(source));
  }
  return true;
}

bool Program::Run() {
  if (!Open()) return false;
  Stamp(EventKind::kScenarioStart, -1);
  live_ = 1;  // ours, until all tasks are made
  for (size_t index = 0; index < scenario_.tasks.size(); ++index) {
    if (scenario_.tasks[index].start) Spawn(static_cast<int32_t>(index), -1);
  }
  if (live_.fetch_sub(1) != 1) done_.Receive();
  Stamp(EventKind::kScenarioEnd, -1);
  sources_.clear();
  return true;
}

void Program::Spawn(int32_t task, int64_t by) {
  const int64_t g = last_g_.fetch_add(1) + 1;
  live_.fetch_add(1);
  const int64_t now_ns = NowNs();
  if (StampsTasks()) StampAt(now_ns, EventKind::kTaskSpawn, by, {{Arg::kTask, g}});
  runtime::Go(
      [this, task, g, now_ns] { RunTask(scenario_.tasks[static_cast<size_t>(task)], g, now_ns); });
}

void Program::RunTask(const Task& task, int64_t g, int64_t spawned_ns) {
  if (StampsTasks()) {
    const MutexLock lock(mutex_);
    numbers_.emplace(runtime::CurrentTask(), g);
  }
  if (StampsTasks()) Stamp(EventKind::kTaskStart, g);
  {
    TaskRun run{.task = task, .g = g, .timers = nullptr};
    if (tally_) {
      tally_->NoteStart(NowNs() - spawned_ns);
      Gather(run);
    } else {
      StampAll(run);
    }
  }
  if (StampsTasks()) Stamp(EventKind::kTaskEnd, g);
  Release();
}

void Program::Release() {
  if (live_.fetch_sub(1) == 1) done_.Send(0);
}

void Program::Gather(TaskRun& run) {
  Tally::Own own;
  for (int64_t i = 0; i < run.task.repeat; ++i) {
    for (const Operation& operation : run.task.ops) {
      ++own.begun[static_cast<size_t>(operation.op)];
      const int64_t begin_ns = NowNs();
      Perform(operation, run);
      const int64_t beyond_ns = std::max<int64_t>(NowNs() - begin_ns - operation.duration_ns, 0);
      own.Done(operation.op, beyond_ns);
      tally_->NoteSpan(operation.op, beyond_ns);
    }
  }
  tally_->Take(own, run.g);
}

std::string Program::Gathered() const {
  if (!tally_) return "";
  int64_t left = 0;
  for (const auto& channel : channels_) left += static_cast<int64_t>(channel->size());
  return tally_->Report(last_g_, left);
}

void Program::StampAll(TaskRun& run) {
  for (int64_t i = 0; i < run.task.repeat; ++i) {
    for (size_t index = 0; index < run.task.ops.size(); ++index) {
      const Operation& operation = run.task.ops[index];
      const auto op = static_cast<int64_t>(operation.op);
      const auto number = static_cast<int64_t>(index);
      Stamp(EventKind::kOpBegin, run.g,
            {{Arg::kOp, op}, {Arg::kIndex, number}, {Arg::kDurationNs, operation.duration_ns}});
      Perform(operation, run);
      Stamp(EventKind::kOpEnd, run.g, {{Arg::kOp, op}, {Arg::kIndex, number}});
    }
  }
}

void Program::Perform(const Operation& operation, TaskRun& run) {
  switch (operation.op) {
    case Op::kSpin:
      return Spin(operation.duration_ns);
    case Op::kWork: {
      const int64_t bytes = Work(heap_, operation.duration_ns);
      if (tally_) tally_->NoteBytes(bytes);
      return;
    }
    case Op::kBlock:
      return Block(operation.duration_ns);
    case Op::kBlockUntold:
      return BlockUntold(operation.duration_ns);
    case Op::kCalls: {
      const int64_t made = Calls(operation.duration_ns);
      if (tally_) tally_->NoteCalls(made);
      return;
    }
    case Op::kWait: {
      Source& source = *sources_[static_cast<size_t>(operation.descriptor)];
      const std::lock_guard turn(source.turn);
      return WaitFor(source.descriptor);
    }
    case Op::kSleep:
      return runtime::SleepFor(operation.duration_ns);
    case Op::kYield:
      return runtime::Yield();
    case Op::kSend:
      return channels_[static_cast<size_t>(operation.channel)]->Send(0);
    case Op::kReceive:
      channels_[static_cast<size_t>(operation.channel)]->Receive();
      return;
    case Op::kSpawn:
      return Spawn(operation.task, run.g);
    case Op::kAllocate:
      if (tally_) tally_->NoteBytes(operation.bytes);
      return heap_.Allocate(operation.bytes);
    case Op::kCollect:
      return runtime::CollectGarbage();
    case Op::kStamp:
      return Stamp(EventKind::kCpuTime, run.g, {{Arg::kCpuNs, OwnCpuNs()}});
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      return OperateTimer(operation, run);
    case Op::kProcs:
      runtime::SetProcs(operation.procs);
      if (!tally_) Stamp(EventKind::kProcsChanged, run.g, {{Arg::kProcs, runtime::Procs()}});
      return;
  }
}

void Program::OperateTimer(const Operation& operation, TaskRun& run) {
  if (run.timers == nullptr) {
    RunTimers::Listener& listener = *this;
    run.timers =
        make_timers_ ? make_timers_(run.g, listener) : std::make_shared<RunTimers>(run.g, listener);
  }
  const bool sets = operation.op != Op::kStopTimer;
  if (sets) {
    // It may fire at once.
    run.timers->Expect(operation.timer);
    live_.fetch_add(1);
  }
  const bool active = [&] {
    switch (operation.op) {
      case Op::kStopTimer:
        return run.timers->Stop(operation.timer);
      case Op::kResetTimer:
        return run.timers->Reset(operation.timer, operation.duration_ns);
      default:
        return run.timers->Set(operation.timer, operation.duration_ns);
    }
  }();
  if (tally_) {
    tally_->NoteTimer(sets, active);
  } else {
    Stamp(EventKind::kTimerAnswer, run.g,
          {{Arg::kTimer, operation.timer}, {Arg::kActive, active ? 1 : 0}});
  }
  if (active && run.timers->Settle(operation.timer)) Release();
}

void Program::OnExpired(RunTimers& timers, int32_t number) {
  if (tally_) {
    tally_->NoteFired();
  } else {
    Stamp(EventKind::kTimerExpired, timers.g(), {{Arg::kTimer, number}});
  }
  if (timers.Settle(number)) Release();
}

std::unordered_map<runtime::TaskId, int64_t> Program::Numbers() const {
  const MutexLock lock(mutex_);
  return numbers_;
}

}  // namespace proctor::reference
