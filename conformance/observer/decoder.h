// Turns the system calls of one thread into events, as if that thread were a monitor.
//
// A deep sleep that the thread takes up again (after a signal, a spurious wake-up, or in pieces for
// libc interceptors) is one deep sleep: its end is emitted with the next event, which shows that it
// was the end. Calls that make no event (those of a signal handler, say) leave that open.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_DECODER_H_
#define PROCTOR_CONFORMANCE_OBSERVER_DECODER_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "conformance/evidence/event.h"
#include "conformance/observer/sleep_pattern.h"

namespace proctor {

class Decoder {
 public:
  using Sink = std::function<void(const Event&)>;
  // Copies `size` bytes at `address` of the thread's process; false: it cannot be read.
  using ReadMemory = std::function<bool(uint64_t address, void* to, size_t size)>;

  // How often a descriptor of the process's fires, where it is a timer; nullopt: it is none.
  using ReadTimer = std::function<std::optional<int64_t>(int descriptor)>;

  // Whether a thread of the process has not yet got a signal that was sent to it.
  using IsPending = std::function<bool(pid_t thread, int signal)>;

  Decoder(pid_t thread, Sink sink, ReadMemory read_memory, ReadTimer read_timer = nullptr,
          IsPending is_pending = nullptr);

  // From now on reading a timer is no sleep.
  void ForgetTimers() { read_timer_ = nullptr; }

  // `time_ns` before the call starts, and after it has ended.
  void OnEntry(int64_t time_ns, uint64_t number, const uint64_t (&args)[6]);
  void OnExit(int64_t time_ns, int64_t result);

  // The thread started another one.
  void OnThreadStart(int64_t time_ns, pid_t thread);

  // The thread is ending: what is still held back is emitted.
  void OnEnd(int64_t time_ns);

  // How many shallow sleeps it has begun.
  int64_t sleeps() const { return sleeps_; }
  // It is in a wait that has a time-out and is no short sleep.
  bool waits() const { return call_ == Call::kDeep; }

  // The sleeps since the thread's start, by which it may be known.
  const SleepPattern& pattern() const { return pattern_; }

 private:
  enum class Call { kOther, kShallow, kDeep, kPoll };

  struct Deep {
    uint64_t address = 0;
    int64_t ends_ns = 0;  // not before the deadline that its duration was computed from
    bool in_pieces = false;
    bool ended = false;  // the last call has returned
    int64_t ended_ns = 0;
    WakeCause cause = WakeCause::kTimeout;
  };

  void Emit(int64_t time_ns, EventKind kind,
            std::initializer_list<std::pair<Arg, int64_t>> args = {});
  std::optional<int64_t> ReadTimespec(uint64_t address) const;
  bool ResumesCall(uint64_t number) const;
  std::optional<int64_t> ReadTimeval(uint64_t address) const;
  bool ContinuesDeepSleep(uint64_t address, int64_t duration_ns) const;
  void EndDeepSleep();
  // Each takes the calls of its kind; false: it is none.
  bool BeginSleep(int64_t time_ns, uint64_t number, const uint64_t (&args)[6]);
  bool BeginWait(int64_t time_ns, uint64_t number, const uint64_t (&args)[6]);
  void BeginDuty(int64_t time_ns, uint64_t number, const uint64_t (&args)[6]);
  void BeginShallow(int64_t time_ns, std::optional<int64_t> duration_ns);
  void BeginFutex(int64_t time_ns, const uint64_t (&args)[6]);
  void BeginPoll(int64_t timeout_ns);
  void BeginSignal(int64_t time_ns, uint64_t target, uint64_t signal);
  void BeginWrite(int64_t time_ns, const uint64_t (&args)[6]);
  void EndCall(int64_t time_ns, int64_t result);

  const pid_t thread_;
  const Sink sink_;
  const ReadMemory read_memory_;
  ReadTimer read_timer_;
  const IsPending is_pending_;

  Call call_ = Call::kOther;
  uint64_t number_ = 0;
  int64_t entry_ns_ = 0;
  int64_t poll_timeout_ns_ = 0;
  int64_t restart_result_ = 0;  // the kernel's own code for "to be restarted"; 0: the call ended
  std::optional<Deep> deep_;

  bool reports_its_end_ = false;  // and from then on it is no monitor any more
  int64_t sleeps_ = 0;
  SleepPattern pattern_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_DECODER_H_
