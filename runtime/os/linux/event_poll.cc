#include "runtime/os/linux/event_poll.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/os/linux/clock.h"

namespace proctor::runtime {
namespace {

constexpr uint64_t kBreakTag = UINT64_MAX;

// Kernels before 5.11 have no nanoseconds here; they get milliseconds, rounded up so that no wait
// ends early.
int WaitForEvents(int epoll, epoll_event* events, int64_t timeout_ns) {
  // A poll that does not block looks the same everywhere.
  if (timeout_ns == 0) return epoll_pwait(epoll, events, EventPoll::kEventsMost, 0, nullptr);
#ifdef SYS_epoll_pwait2
  static std::atomic<bool> has_nanoseconds{true};
  if (has_nanoseconds.load(std::memory_order_relaxed)) {
    const timespec timeout = ToTimespec(timeout_ns);
    const long count = syscall(SYS_epoll_pwait2, epoll, events, EventPoll::kEventsMost,
                               timeout_ns < 0 ? nullptr : &timeout, nullptr, 0);
    if (count >= 0 || errno != ENOSYS) return static_cast<int>(count);
    has_nanoseconds.store(false, std::memory_order_relaxed);
  }
#endif
  constexpr int64_t kNsPerMs = 1'000'000;
  const int64_t timeout_ms = timeout_ns < 0 ? -1 : (timeout_ns + kNsPerMs - 1) / kNsPerMs;
  constexpr int64_t kMsMost = 1 << 30;
  return epoll_pwait(epoll, events, EventPoll::kEventsMost,
                     static_cast<int>(timeout_ms > kMsMost ? kMsMost : timeout_ms), nullptr);
}

}  // namespace

EventPoll::~EventPoll() {
  if (event_ >= 0) close(event_);
  if (epoll_ >= 0) close(epoll_);
}

int EventPoll::Open() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return errno;
  event_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (event_ < 0) return errno;
  epoll_event event = {};
  event.events = EPOLLIN;  // by level: a poll that does not block leaves it for one that does
  event.data.u64 = kBreakTag;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event) == 0 ? 0 : errno;
}

int EventPoll::Add(int descriptor, uint64_t tag) {
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = tag;
  added_.fetch_add(1, std::memory_order_release);
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : errno;
}

int EventPoll::Remove(int descriptor) {
  epoll_event ignored = {};  // Linux before 2.6.9 wants one
  return epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, &ignored) == 0 ? 0 : errno;
}

int EventPoll::Wait(int64_t timeout_ns, ReadyEvent (&ready)[kEventsMost]) {
  epoll_event events[kEventsMost];
  const int count = WaitForEvents(epoll_, events, timeout_ns);
  added_.load(std::memory_order_acquire);
  int kept = 0;
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u64 == kBreakTag) {
      // It is meant for the one that blocks.
      if (timeout_ns == 0) continue;
      uint64_t drained;
      if (read(event_, &drained, sizeof drained) < 0) {
      }
      breaking_.store(false, std::memory_order_release);
      continue;
    }
    const uint32_t what = events[i].events;
    const bool over = (what & (EPOLLERR | EPOLLHUP)) != 0;
    ready[kept++] = {.tag = events[i].data.u64,
                     .readable = over || (what & (EPOLLIN | EPOLLRDHUP)) != 0,
                     .writable = over || (what & EPOLLOUT) != 0};
  }
  return kept;
}

void EventPoll::Break() {
  if (breaking_.exchange(true, std::memory_order_acq_rel)) return;
  const uint64_t one = 1;
  while (write(event_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

}  // namespace proctor::runtime
