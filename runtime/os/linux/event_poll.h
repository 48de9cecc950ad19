// The kernel's readiness notification: descriptors are registered once, edge-triggered, and waited
// for with a deadline in nanoseconds (epoll_wait would round 50 us up to 1 ms).
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_OS_LINUX_EVENT_POLL_H_
#define PROCTOR_RUNTIME_OS_LINUX_EVENT_POLL_H_

#include <atomic>
#include <cstdint>

namespace proctor::runtime {

struct ReadyEvent {
  uint64_t tag;
  bool readable;
  bool writable;
};

class EventPoll {
 public:
  static constexpr int kEventsMost = 128;

  EventPoll() = default;
  ~EventPoll();
  EventPoll(const EventPoll&) = delete;
  EventPoll& operator=(const EventPoll&) = delete;

  // 0, or the errno of what failed.
  int Open();
  // The tag comes back with every event. 0, or errno: EPERM for files, which are always ready.
  int Add(int descriptor, uint64_t tag);
  int Remove(int descriptor);

  // Waits for at most `timeout_ns` (negative: for ever; 0: does not block) and returns how many
  // events are in `ready`. A Break ends a blocking wait and makes no event.
  int Wait(int64_t timeout_ns, ReadyEvent (&ready)[kEventsMost]);
  // Ends the blocking wait under way, or the next one.
  void Break();

 private:
  int epoll_ = -1;
  int event_ = -1;
  std::atomic<bool> breaking_{false};  // a break is on its way: one is enough
  // What was written before an Add is visible to the thread that gets its events. The kernel sees
  // to that; this says so in the language's own terms.
  std::atomic<uint32_t> added_{0};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_OS_LINUX_EVENT_POLL_H_
