// A descriptor that a task can wait for without a thread waiting: sockets, pipes, whatever the
// system's poller takes.
//
//     Descriptor connection(accepted);          // its now, and non-blocking
//     char text[512];
//     const int64_t bytes = connection.Read(text, sizeof text, 5'000'000'000);
//     if (bytes == -ETIMEDOUT) ...
//
// Plain files are always ready; reading and writing them counts as a system call.
//
// Errors are given as negative values of errno, never in errno itself: a task may come back on
// another thread. -ETIMEDOUT: the time was over first (0: never waits). -EBADF: it was closed,
// maybe meanwhile.
//
// Writing to a pipe or socket that nobody reads raises SIGPIPE, as ever.
//
// Thread safety: tasks of one runtime, which also create and destroy it; one at a time for reading
// (Read, Accept, WaitReadable), one at a time for writing, anybody for Close. A second one ends the
// process. Those that tasks leave behind when their runtime ends are closed with it.

#ifndef PROCTOR_RUNTIME_DESCRIPTOR_H_
#define PROCTOR_RUNTIME_DESCRIPTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace proctor::runtime {

struct PollSlot;
struct SchedulerParts;
enum class PollDirection;

class Descriptor {
 public:
  static constexpr int64_t kForEver = -1;

  // Takes the descriptor over, also if it fails.
  explicit Descriptor(int number);
  // Closes it, and waits until the tasks that used it have noticed.
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // 0, or the errno of why it cannot be waited for; then everything else gives that.
  int error() const { return error_; }
  // For setsockopt and its like; -1 once it is closed.
  int number() const { return number_.load(std::memory_order_relaxed); }

  // How many bytes were read, at least one; 0: the end.
  int64_t Read(void* bytes, size_t capacity, int64_t timeout_ns = kForEver);
  // Writes all of it, unless an error comes first. How many bytes that was, always `count`.
  int64_t Write(const void* bytes, size_t count, int64_t timeout_ns = kForEver);
  // The number of a connection's new descriptor.
  int64_t Accept(int64_t timeout_ns = kForEver);

  // For operations of your own: 0 once the descriptor has become ready since the last time that it
  // was waited for. So try first, wait when that would block, and try again: it may have been
  // nothing.
  int64_t WaitReadable(int64_t timeout_ns = kForEver);
  int64_t WaitWritable(int64_t timeout_ns = kForEver);

  // Ends every operation under way. May be called again.
  void Close();

 private:
  static constexpr uint32_t kClosed = 1u << 31;

  class Use;
  template <typename Operation>
  int64_t Do(PollDirection direction, int64_t timeout_ns, Operation operation);
  int64_t Wait(PollDirection direction, int64_t deadline_ns);
  bool Enter();
  void Leave();

  SchedulerParts& scheduler_;
  std::atomic<int> number_;
  int error_ = 0;
  PollSlot* slot_ = nullptr;       // null: always ready, or an error
  std::atomic<uint32_t> uses_{1};  // operations under way, and 1 while it is open; kClosed
  std::atomic<bool> gone_{false};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_DESCRIPTOR_H_
