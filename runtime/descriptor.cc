#include "runtime/descriptor.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/network.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/syscalls.h"

namespace proctor::runtime {
namespace {

constexpr int64_t kNever = INT64_MAX;

int64_t Deadline(int64_t timeout_ns) {
  if (timeout_ns < 0) return kNever;
  const int64_t now_ns = NowNs();
  return timeout_ns < kNever - now_ns ? now_ns + timeout_ns : kNever;
}

// noinline: the address of errno must not be kept over a wait, and compilers take it for constant.
[[gnu::noinline]] int64_t Error() {
  asm volatile("");
  return -errno;
}

}  // namespace

// While it lives, and is open, the number belongs to this descriptor and to no other, even if it is
// closed meanwhile. A closed one is not entered again: its last user may have left, which happens
// once.
class Descriptor::Use {
 public:
  explicit Use(Descriptor& descriptor) : descriptor_(descriptor), open_(descriptor.Enter()) {}
  ~Use() {
    if (open_) descriptor_.Leave();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  bool open() const { return open_; }

 private:
  Descriptor& descriptor_;
  const bool open_;
};

Descriptor::Descriptor(int number) : scheduler_(*RunningTask()->parts), number_(number) {
  const int flags = fcntl(number, F_GETFL);
  if (flags < 0 || fcntl(number, F_SETFL, flags | O_NONBLOCK) < 0) {
    error_ = errno;
    return;
  }
  int error = 0;
  slot_ = RegisterDescriptor(scheduler_, number, error);
  // EPERM: a file, which needs no waiting for.
  if (slot_ != nullptr) {
    slot_->owned = true;
  } else if (error != EPERM) {
    error_ = error;
  }
}

Descriptor::~Descriptor() {
  Close();
  while (!gone_.load(std::memory_order_acquire)) YieldTask();
}

void Descriptor::Close() {
  if ((uses_.fetch_or(kClosed) & kClosed) != 0) return;
  if (slot_ != nullptr) CloseDescriptor(scheduler_, slot_);
  Leave();
}

bool Descriptor::Enter() {
  uint32_t uses = uses_.load();
  while ((uses & kClosed) == 0) {
    if (uses_.compare_exchange_weak(uses, uses + 1)) return true;
  }
  return false;
}

// The last one out closes it.
void Descriptor::Leave() {
  if (uses_.fetch_sub(1) != (kClosed | 1)) return;
  if (slot_ != nullptr) scheduler_.poller.Free(slot_);
  const int number = number_.exchange(-1);
  if (number >= 0) close(number);
  gone_.store(true, std::memory_order_release);
}

int64_t Descriptor::Wait(PollDirection direction, int64_t deadline_ns) {
  if (slot_ == nullptr) return 0;
  const bool ready = WaitReady(scheduler_, slot_, direction, deadline_ns);
  if ((uses_.load() & kClosed) != 0) return -EBADF;
  return ready ? 0 : -ETIMEDOUT;
}

// `operation` gives what the system call gives.
template <typename Operation>
int64_t Descriptor::Do(PollDirection direction, int64_t timeout_ns, Operation operation) {
  const Use use(*this);
  if (!use.open()) return -EBADF;
  if (error_ != 0) return -error_;
  const int64_t deadline_ns = Deadline(timeout_ns);
  for (;;) {
    int64_t result;
    if (slot_ == nullptr) EnterSyscall();
    do {
      result = operation(number());
      if (result < 0) result = Error();
    } while (result == -EINTR);
    if (slot_ == nullptr) ExitSyscall();
    if (result != -EAGAIN && result != -EWOULDBLOCK) {
      YieldIfAsked();
      return result;
    }
    if (const int64_t error = Wait(direction, deadline_ns); error != 0) return error;
  }
}

int64_t Descriptor::Read(void* bytes, size_t capacity, int64_t timeout_ns) {
  return Do(PollDirection::kRead, timeout_ns,
            [&](int number) { return read(number, bytes, capacity); });
}

int64_t Descriptor::Write(const void* bytes, size_t count, int64_t timeout_ns) {
  size_t written = 0;
  const int64_t deadline_ns = Deadline(timeout_ns);
  do {
    const int64_t left_ns = deadline_ns == kNever ? kForEver : deadline_ns - NowNs();
    const int64_t result =
        Do(PollDirection::kWrite, timeout_ns >= 0 && left_ns < 0 ? 0 : left_ns, [&](int number) {
          return write(number, static_cast<const char*>(bytes) + written, count - written);
        });
    if (result < 0) return result;
    written += static_cast<size_t>(result);
  } while (written < count);
  return static_cast<int64_t>(count);
}

int64_t Descriptor::Accept(int64_t timeout_ns) {
  return Do(PollDirection::kRead, timeout_ns,
            [](int number) { return accept4(number, nullptr, nullptr, SOCK_CLOEXEC); });
}

int64_t Descriptor::WaitReadable(int64_t timeout_ns) {
  const Use use(*this);
  if (!use.open()) return -EBADF;
  if (error_ != 0) return -error_;
  return Wait(PollDirection::kRead, Deadline(timeout_ns));
}

int64_t Descriptor::WaitWritable(int64_t timeout_ns) {
  const Use use(*this);
  if (!use.open()) return -EBADF;
  if (error_ != 0) return -error_;
  return Wait(PollDirection::kWrite, Deadline(timeout_ns));
}

}  // namespace proctor::runtime
