// Mutants of the scan of the processors: SLICE, SYS, CYC-4, VER-3.

#include <cstddef>
#include <vector>

#include "conformance/implementations/reference/mutants/groups.h"
#include "conformance/implementations/reference/mutants/pass_through_host.h"

namespace proctor::mutants {
namespace {

using runtime::Constants;
using runtime::LockId;
using runtime::Monitor;
using runtime::ProcessorStatus;
using enum ClauseId;

struct FirstOnly : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  int32_t ProcessorCount() override { return host_.ProcessorCount() > 0 ? 1 : 0; }
};

struct LengthReadOnce : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  int64_t NowNs() override {
    length = kUnread;
    return host_.NowNs();
  }
  int32_t ProcessorCount() override {
    if (length == kUnread) length = host_.ProcessorCount();
    return length;
  }
  static constexpr int32_t kUnread = -1;
  int32_t length = kUnread;
};

struct SinceKept : Monitor {
  using Monitor::Monitor;
  bool PreemptIfExpired(int32_t processor, int64_t now_ns) override {
    const int64_t since_ns = StampOf(processor).schedule.since_ns;
    const bool expired = Monitor::PreemptIfExpired(processor, now_ns);
    if (since_ns != Sighting::kNever) StampOf(processor).schedule.since_ns = since_ns;
    return expired;
  }
};

struct NeverPreempts : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void RequestPreemption(int32_t) override {}
};

// A request waits until the P has been taken, if it is to be, and the scan goes on.
struct AsksAfterTaking : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void RequestPreemption(int32_t processor) override { asked = processor; }
  int32_t ProcessorCount() override {
    if (asked >= 0) host_.RequestPreemption(asked);
    asked = -1;
    return host_.ProcessorCount();
  }
  int32_t asked = -1;
};

struct AsksOnce : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  uint32_t ScheduleTickOf(int32_t processor) override {
    const auto index = static_cast<size_t>(processor);
    if (index >= asked.size()) asked.resize(index + 1);
    const uint32_t tick = host_.ScheduleTickOf(processor);
    if (asked[index].tick != tick) asked[index] = {.tick = tick};
    return tick;
  }
  void RequestPreemption(int32_t processor) override {
    Asked& last = asked[static_cast<size_t>(processor)];
    if (!last.done) host_.RequestPreemption(processor);
    last.done = true;
  }
  struct Asked {
    uint32_t tick = 0;
    bool done = false;  // on account of it
  };
  std::vector<Asked> asked;
};

// The largest tick seen so far: the same as comparing by order instead of for equality.
class Largest {
 public:
  uint32_t Of(int32_t processor, uint32_t tick) {
    const auto index = static_cast<size_t>(processor);
    if (index >= largest_.size()) largest_.resize(index + 1, tick);
    if (tick > largest_[index]) largest_[index] = tick;
    return largest_[index];
  }

 private:
  std::vector<uint32_t> largest_;
};

struct ScheduleTickByOrder : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  uint32_t ScheduleTickOf(int32_t processor) override {
    return largest.Of(processor, host_.ScheduleTickOf(processor));
  }
  Largest largest;
};

struct SyscallTickByOrder : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  uint32_t SyscallTickOf(int32_t processor) override {
    return largest.Of(processor, host_.SyscallTickOf(processor));
  }
  Largest largest;
};

struct StampsIdle : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  ProcessorStatus StatusOf(int32_t processor) override {
    const ProcessorStatus status = host_.StatusOf(processor);
    return status == ProcessorStatus::kIdle ? ProcessorStatus::kRunning : status;
  }
};

struct TakesAtFirstSight : Monitor {
  using Monitor::Monitor;
  bool LeaveInSyscall(int32_t processor, bool, int64_t now_ns) override {
    return Monitor::LeaveInSyscall(processor, true, now_ns);
  }
};

struct SliceBypassesNothing : Monitor {
  using Monitor::Monitor;
  bool LeaveInSyscall(int32_t processor, bool, int64_t now_ns) override {
    return Monitor::LeaveInSyscall(processor, false, now_ns);
  }
};

struct NeverRetakes : Monitor {
  using Monitor::Monitor;
  bool LeaveInSyscall(int32_t processor, bool expired, int64_t now_ns) override {
    Monitor::LeaveInSyscall(processor, expired, now_ns);
    return true;
  }
};

struct LocalWorkIgnored : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool HasLocalWork(int32_t processor) override {
    host_.HasLocalWork(processor);
    return false;
  }
};

// Who could take the work: spinning threads only.
struct IdleIgnored : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    host_.Lock(lock);
    scanning = scanning || lock == LockId::kAllP;
  }
  void Unlock(LockId lock) override {
    host_.Unlock(lock);
    scanning = scanning && lock != LockId::kAllP;
  }
  int32_t IdleProcessors() override {
    const int32_t idle = host_.IdleProcessors();
    return scanning ? 0 : idle;
  }
  bool scanning = false;
};

struct TakesWhateverTheSwap : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SwapSyscallToIdle(int32_t processor) override {
    host_.SwapSyscallToIdle(processor);
    return true;
  }
};

struct LoserBumps : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SwapSyscallToIdle(int32_t processor) override {
    const bool won = host_.SwapSyscallToIdle(processor);
    if (!won) host_.BumpSyscallTick(processor);
    return won;
  }
};

struct WinnerDoesNotBump : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void BumpSyscallTick(int32_t) override {}
};

struct TakesUnbracketed : Monitor {
  using Monitor::Monitor;
  bool TakeBySwap(int32_t processor) override {
    if (!host_.SwapSyscallToIdle(processor)) return false;
    host_.BumpSyscallTick(processor);
    host_.HandOff(processor);
    return true;
  }
};

struct TakesUnderAllP : Monitor {
  using Monitor::Monitor;
  bool TakeBySwap(int32_t processor) override {
    host_.Lock(LockId::kAllP);
    const bool won = Monitor::TakeBySwap(processor);
    host_.Unlock(LockId::kAllP);
    return won;
  }
};

struct BumpsUnderAllP : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void BumpSyscallTick(int32_t processor) override {
    host_.Lock(LockId::kAllP);
    host_.BumpSyscallTick(processor);
    host_.Unlock(LockId::kAllP);
  }
};

struct BracketsIdle : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  runtime::ProcessorStatus StatusOf(int32_t processor) override {
    const runtime::ProcessorStatus status = host_.StatusOf(processor);
    if (status != runtime::ProcessorStatus::kIdle) return status;
    host_.Unlock(LockId::kAllP);
    host_.AddIdleLocked(-1);
    host_.AddIdleLocked(1);
    host_.Lock(LockId::kAllP);
    return status;
  }
};

struct PreemptionsCount : Monitor {
  using Monitor::Monitor;
  bool PreemptIfExpired(int32_t processor, int64_t now_ns) override {
    const bool expired = Monitor::PreemptIfExpired(processor, now_ns);
    requested_ += expired ? 1 : 0;
    return expired;
  }
  int32_t Retake(int64_t now_ns) override {
    requested_ = 0;
    const int32_t taken = Monitor::Retake(now_ns);
    return taken + requested_;
  }
  int32_t requested_ = 0;
};

// The bracket of a P whose task turns out to be in no system call is left out.
struct BracketForCallsOnly : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Unlock(LockId lock) override {
    host_.Unlock(lock);
    put_off = lock == LockId::kAllP;
  }
  void AddIdleLocked(int32_t delta) override {
    if (delta < 0 && put_off) return;
    if (delta > 0 && put_off) {
      put_off = false;
      return;
    }
    host_.AddIdleLocked(delta);
  }
  bool LockTaskInSyscall(int32_t processor) override {
    if (!host_.LockTaskInSyscall(processor)) return false;
    host_.AddIdleLocked(-1);
    put_off = false;
    return true;
  }
  bool put_off = false;
};

constexpr MonitorMutant kMutants[] = {
    {.name = "first_processor_only",
     .clause = kSLICE_1,
     .text = "only the first P is scanned",
     .run = RunBehind<FirstOnly>},
    {.name = "length_read_once",
     .clause = kSLICE_1,
     .text = "the length of the list of P is read once per scan",
     .run = RunBehind<LengthReadOnce>},
    {.name = "asks_after_taking",
     .clause = kSYS_10,
     .text = "a P that was taken is asked to preempt afterwards",
     .run = RunBehind<AsksAfterTaking>},
    {.name = "stamp_not_refreshed",
     .clause = kSLICE_2,
     .text = "a new schedule tick is stamped with the time of the old one",
     .run = Run<SinceKept>},
    {.name = "slice_too_short",
     .clause = kSLICE_3,
     .text = "preemption is requested after half a slice",
     .run = RunWith<[](Constants& c) { c.slice_ns /= 2; }>},
    {.name = "slice_too_long",
     .clause = kSLICE_3,
     .text = "preemption is requested after two slices",
     .run = RunWith<[](Constants& c) { c.slice_ns *= 2; }>},
    {.name = "never_preempts",
     .clause = kSLICE_3,
     .text = "preemption is never requested",
     .run = RunBehind<NeverPreempts>},
    {.name = "asks_once",
     .clause = kSLICE_4,
     .text = "preemption is requested once, and not again while the task goes on",
     .run = RunBehind<AsksOnce>},
    {.name = "schedule_tick_by_order",
     .clause = kSYS_10,
     .text = "a schedule tick counts as new only if it is larger",
     .run = RunBehind<ScheduleTickByOrder>},
    {.name = "syscall_tick_by_order",
     .clause = kSYS_10,
     .text = "a system-call tick counts as new only if it is larger",
     .run = RunBehind<SyscallTickByOrder>},
    {.name = "stamps_idle",
     .clause = kSYS_10,
     .text = "idle P are stamped, and asked to yield when the slice is over",
     .run = RunBehind<StampsIdle>},
    {.name = "takes_at_first_sight",
     .clause = kSYS_1,
     .text = "a P is taken from a system call seen for the first time",
     .run = Run<TakesAtFirstSight>},
    {.name = "never_retakes",
     .clause = kSYS_4,
     .text = "no P is ever taken from a system call",
     .run = Run<NeverRetakes>},
    {.name = "local_work_ignored",
     .clause = kSYS_4,
     .text = "a P in a system call is left alone although tasks wait on its queue",
     .run = RunBehind<LocalWorkIgnored>},
    {.name = "idle_processors_ignored",
     .clause = kSYS_2,
     .text = "a P is taken although nobody waits and others are idle",
     .run = RunBehind<IdleIgnored>},
    {.name = "left_alone_for_ever",
     .clause = kSYS_3,
     .text = "a call that nobody waits behind keeps its P, however long it lasts",
     .run = RunWith<[](Constants& c) { c.syscall_cap_ns = INT64_MAX / 4; }>},
    {.name = "slice_bypasses_nothing",
     .clause = kSYS_5,
     .text = "endless short calls keep their P",
     .origin = "golang/go#28701",
     .run = Run<SliceBypassesNothing>},
    {.name = "takes_whatever_the_swap",
     .clause = kSYS_6,
     .text = "a P is handed off although the swap was lost, and has two owners",
     .run = RunBehind<TakesWhateverTheSwap>},
    {.name = "loser_bumps_tick",
     .clause = kSYS_6,
     .text = "the tick moves although the swap was lost",
     .run = RunBehind<LoserBumps>},
    {.name = "winner_bumps_nothing",
     .clause = kSYS_6,
     .text = "the tick does not move when a P is taken",
     .run = RunBehind<WinnerDoesNotBump>},
    {.name = "takes_unbracketed",
     .clause = kSYS_7,
     .text = "a P is taken without one idle thread less on the books",
     .origin = "golang/go#6070",
     .run = Run<TakesUnbracketed>},
    {.name = "takes_under_all_p",
     .clause = kCYC_4,
     .text = "the all-P lock is held while the sched lock is taken",
     .origin = "golang/go#42215",
     .run = Run<TakesUnderAllP>},
    {.name = "bumps_under_all_p",
     .clause = kSYS_7,
     .text = "the all-P lock is taken again for moving the tick",
     .run = RunBehind<BumpsUnderAllP>},
    {.name = "brackets_idle",
     .clause = kVER_3,
     .text = "idle P get the bracket of idle threads, too",
     .profile = kGo1_26,
     .run = RunBehind<BracketsIdle>},
    {.name = "preemption_counts_as_taken",
     .clause = kSYS_11,
     .text = "the scan's result counts preemption requests, too",
     .run = Run<PreemptionsCount>},
    {.name = "takes_by_swap",
     .clause = kVER_3,
     .text = "P are taken by the swap of earlier releases",
     .profile = kGo1_26,
     .run = RunWith<[](Constants& c) { c.take_by_task_lock = false; }>},
    {.name = "bracket_for_calls_only",
     .clause = kVER_3,
     .text = "only P in a system call get the bracket of idle threads",
     .profile = kGo1_26,
     .run = RunBehind<BracketForCallsOnly>},
};

}  // namespace

std::span<const MonitorMutant> OfRetake() { return kMutants; }

}  // namespace proctor::mutants
