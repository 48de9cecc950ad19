#include "conformance/observer/decoder.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string_view>
#include <utility>

namespace proctor {
namespace {

constexpr int64_t kNsPerUs = 1'000;
constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kNsPerSecond = 1'000'000'000;

// A runtime with libc interceptors cuts its deep sleeps into pieces of this length.
constexpr int64_t kInterceptorPieceNs = 10 * kNsPerMs;

// What Go's runtime writes to its standard error: a line of the scheduler trace; and the report of
// a fatal error, a deadlock say, which the monitor may be the one to find.
constexpr std::string_view kTraceMark = "SCHED ";
constexpr std::string_view kFatalMark = "fatal error: ";
constexpr size_t kMarkBytesMost = 16;

// Codes that a tracer sees where the kernel is going to restart a call (include/linux/errno.h).
constexpr int64_t kRestartFirst = -516;  // ERESTART_RESTARTBLOCK: by restart_syscall
constexpr int64_t kRestartLast = -512;   // the others: by the same call again

int64_t NowNs(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

// Longer than any sleep that ends; twice as much is a number still.
constexpr int64_t kForEverNs = int64_t{1} << 61;

// As the kernel takes it: nullopt is no time, and the call fails.
std::optional<int64_t> ToNs(int64_t seconds, int64_t ns) {
  if (seconds < 0 || ns < 0 || ns >= kNsPerSecond) return std::nullopt;
  if (seconds >= kForEverNs / kNsPerSecond) return kForEverNs;
  return seconds * kNsPerSecond + ns;
}

}  // namespace

Decoder::Decoder(pid_t thread, Sink sink, ReadMemory read_memory, ReadTimer read_timer,
                 IsPending is_pending)
    : thread_(thread),
      sink_(std::move(sink)),
      read_memory_(std::move(read_memory)),
      read_timer_(std::move(read_timer)),
      is_pending_(std::move(is_pending)) {}

void Decoder::Emit(int64_t time_ns, EventKind kind,
                   std::initializer_list<std::pair<Arg, int64_t>> args) {
  if (reports_its_end_) return;
  EndDeepSleep();
  Event event = MakeEvent(time_ns, kind, args);
  event.m = thread_;
  sink_(event);
}

std::optional<int64_t> Decoder::ReadTimespec(uint64_t address) const {
  timespec value{};
  if (address == 0 || !read_memory_(address, &value, sizeof value)) return std::nullopt;
  return ToNs(value.tv_sec, value.tv_nsec);
}

std::optional<int64_t> Decoder::ReadTimeval(uint64_t address) const {
  timeval value{};
  if (address == 0 || !read_memory_(address, &value, sizeof value)) return std::nullopt;
  if (value.tv_usec < 0) return std::nullopt;
  // More microseconds than a second has are taken, too.
  constexpr int64_t kUsPerSecond = 1'000'000;
  const int64_t whole_s = value.tv_usec / kUsPerSecond;
  return ToNs(std::min(value.tv_sec, kForEverNs) + whole_s,
              value.tv_usec % kUsPerSecond * kNsPerUs);
}

bool Decoder::ResumesCall(uint64_t number) const {
  if (restart_result_ == 0) return false;
  return restart_result_ == kRestartFirst ? number == SYS_restart_syscall : number == number_;
}

void Decoder::OnEntry(int64_t time_ns, uint64_t number, const uint64_t (&args)[6]) {
  if (ResumesCall(number)) {
    restart_result_ = 0;
    return;
  }
  // A call that was to be restarted and is not: a signal handler ran instead.
  if (restart_result_ != 0) {
    restart_result_ = 0;
    EndCall(time_ns, -EINTR);
  }
  call_ = Call::kOther;
  number_ = number;
  entry_ns_ = time_ns;
  if (!BeginSleep(time_ns, number, args) && !BeginWait(time_ns, number, args)) {
    BeginDuty(time_ns, number, args);
  }
}

bool Decoder::BeginSleep(int64_t time_ns, uint64_t number, const uint64_t (&args)[6]) {
  switch (number) {
    case SYS_nanosleep:
      BeginShallow(time_ns, ReadTimespec(args[0]));
      return true;
    case SYS_clock_nanosleep: {
      std::optional<int64_t> duration_ns = ReadTimespec(args[2]);
      if (duration_ns && (args[1] & TIMER_ABSTIME) != 0) {
        *duration_ns -= NowNs(static_cast<clockid_t>(args[0]));
      }
      BeginShallow(time_ns, duration_ns);
      return true;
    }
    case SYS_pselect6:
      // With descriptors it waits for them; without it is a sleep.
      if (args[0] == 0) BeginShallow(time_ns, ReadTimespec(args[4]));
      return true;
    case SYS_ppoll:
      if (args[1] == 0) BeginShallow(time_ns, ReadTimespec(args[2]));
      return true;
    case SYS_read: {
      // A thread that reads a timer again and again ticks by it.
      if (!read_timer_) return false;
      const std::optional<int64_t> period_ns = read_timer_(static_cast<int>(args[0]));
      if (period_ns) BeginShallow(time_ns, period_ns);
      return period_ns.has_value();
    }
#ifdef SYS_select
    case SYS_select:
      if (args[0] == 0) BeginShallow(time_ns, ReadTimeval(args[4]));
      return true;
#endif
    default:
      return false;
  }
}

bool Decoder::BeginWait(int64_t time_ns, uint64_t number, const uint64_t (&args)[6]) {
  switch (number) {
    case SYS_futex:
      BeginFutex(time_ns, args);
      return true;
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait: {
      const auto timeout_ms = static_cast<int32_t>(args[3]);
      BeginPoll(timeout_ms < 0 ? -1 : timeout_ms * kNsPerMs);
      return true;
    }
    case SYS_epoll_pwait2:
      BeginPoll(ReadTimespec(args[3]).value_or(-1));
      return true;
    default:
      return false;
  }
}

void Decoder::BeginDuty(int64_t time_ns, uint64_t number, const uint64_t (&args)[6]) {
  switch (number) {
    case SYS_tgkill:
      BeginSignal(time_ns, args[1], args[2]);
      break;
    case SYS_tkill:
      BeginSignal(time_ns, args[0], args[1]);
      break;
    case SYS_sched_getaffinity:
      Emit(time_ns, EventKind::kAffinityRead);
      break;
    case SYS_write:
      BeginWrite(time_ns, args);
      break;
    default:
      break;
  }
}

void Decoder::BeginShallow(int64_t time_ns, std::optional<int64_t> duration_ns) {
  if (!duration_ns) return;
  call_ = Call::kShallow;
  ++sleeps_;
  pattern_.Add(*duration_ns);
  Emit(time_ns, EventKind::kShallowSleep, {{Arg::kDurationNs, *duration_ns}});
}

void Decoder::BeginFutex(int64_t time_ns, const uint64_t (&args)[6]) {
  const uint64_t operation = args[1] & FUTEX_CMD_MASK;
  if (operation == FUTEX_WAKE || operation == FUTEX_WAKE_BITSET) {
    Emit(time_ns, EventKind::kThreadWake);
    return;
  }
  const bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET;
  std::optional<int64_t> duration_ns;
  if (waits) duration_ns = ReadTimespec(args[3]);
  if (!duration_ns) return;  // a lock
  if (operation == FUTEX_WAIT_BITSET) {
    const bool realtime = (args[1] & FUTEX_CLOCK_REALTIME) != 0;
    *duration_ns -= NowNs(realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC);
  }
  call_ = Call::kDeep;
  if (ContinuesDeepSleep(args[0], *duration_ns)) {
    deep_->ended = false;
    if (deep_->in_pieces) deep_->ends_ns = time_ns + *duration_ns;
    return;
  }
  Emit(time_ns, EventKind::kDeepSleep, {{Arg::kDurationNs, *duration_ns}});
  deep_ = Deep{.address = args[0],
               .ends_ns = time_ns + *duration_ns,
               .in_pieces = *duration_ns == kInterceptorPieceNs};
}

bool Decoder::ContinuesDeepSleep(uint64_t address, int64_t duration_ns) const {
  if (!deep_ || !deep_->ended || deep_->address != address) return false;
  // What is left was computed after the last call had ended, so it is at most this.
  if (duration_ns <= deep_->ends_ns - deep_->ended_ns) return true;
  return deep_->in_pieces && duration_ns <= kInterceptorPieceNs;
}

void Decoder::EndDeepSleep() {
  if (!deep_ || !deep_->ended) return;
  const Deep deep = *deep_;
  deep_.reset();
  Emit(deep.ended_ns, EventKind::kDeepWake, {{Arg::kCause, static_cast<int64_t>(deep.cause)}});
}

void Decoder::BeginPoll(int64_t timeout_ns) {
  call_ = Call::kPoll;
  poll_timeout_ns_ = timeout_ns;
}

void Decoder::BeginSignal(int64_t time_ns, uint64_t target, uint64_t signal) {
  if (signal == 0) return;  // it only asks whether the target is there
  if (is_pending_ && is_pending_(static_cast<pid_t>(target), static_cast<int>(signal)))
    Emit(time_ns, EventKind::kSignalPending, {{Arg::kTarget, static_cast<int32_t>(target)}});
  Emit(
      time_ns, EventKind::kPreemptSignal,
      {{Arg::kTarget, static_cast<int32_t>(target)}, {Arg::kSignal, static_cast<int32_t>(signal)}});
}

void Decoder::BeginWrite(int64_t time_ns, const uint64_t (&args)[6]) {
  const auto begins_with = [&](std::string_view mark) {
    char start[kMarkBytesMost];
    return args[2] >= mark.size() && read_memory_(args[1], start, mark.size()) &&
           std::string_view(start, mark.size()) == mark;
  };
  if (args[0] != 2) return;
  if (begins_with(kTraceMark)) {
    Emit(time_ns, EventKind::kTraceLine);
  } else if (begins_with(kFatalMark)) {
    Emit(time_ns, EventKind::kGap, {{Arg::kLost, -1}});
    reports_its_end_ = true;
  }
}

void Decoder::OnExit(int64_t time_ns, int64_t result) {
  if (result >= kRestartFirst && result <= kRestartLast) {
    restart_result_ = result;
    return;
  }
  EndCall(time_ns, result);
}

void Decoder::EndCall(int64_t time_ns, int64_t result) {
  const Call call = std::exchange(call_, Call::kOther);
  switch (call) {
    case Call::kShallow:
      Emit(time_ns, EventKind::kShallowWake, {{Arg::kInterrupted, result == -EINTR ? 1 : 0}});
      break;
    case Call::kDeep:
      if (!deep_) break;
      deep_->ended = true;
      deep_->ended_ns = time_ns;
      // A signal leaves it open whether there was a wake-up; so does a plain return after the
      // deadline.
      deep_->cause = result == -ETIMEDOUT ? WakeCause::kTimeout : WakeCause::kWoken;
      if (result == -EINTR || (result == 0 && time_ns >= deep_->ends_ns)) {
        deep_->cause = WakeCause::kEither;
      }
      break;
    case Call::kPoll:
      Emit(entry_ns_, EventKind::kPoll,
           {{Arg::kTimeoutNs, poll_timeout_ns_}, {Arg::kReady, result < 0 ? -1 : result}});
      break;
    case Call::kOther:
      break;
  }
}

void Decoder::OnThreadStart(int64_t time_ns, pid_t thread) {
  Emit(time_ns, EventKind::kThreadStart, {{Arg::kThread, thread}});
}

void Decoder::OnEnd(int64_t time_ns) { Emit(time_ns, EventKind::kMonitorExit); }

}  // namespace proctor
