// A descriptor that closes with its object, and a pipe of two of them.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_PROCESS_PIPE_H_
#define PROCTOR_CONFORMANCE_PROCESS_PIPE_H_

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace proctor {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  ~Descriptor() { Close(); }

  int get() const { return number_; }
  void Close() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;

  // False: errno says why. Neither end survives an exec.
  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    return true;
  }

  // Room for a burst of events, so that a task that writes a stamp does not wait for the reader.
  // Works with less, where the system gives less.
  void Widen() {
    constexpr int kBytes = 1 << 20;
    fcntl(write.get(), F_SETPIPE_SZ, kBytes);
  }
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_PIPE_H_
