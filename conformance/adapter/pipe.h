// A pipe between the harness and an adapter; its ends close with it.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_PIPE_H_
#define PROCTOR_CONFORMANCE_ADAPTER_PIPE_H_

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace proctor {

class Pipe {
 public:
  Pipe() = default;
  Pipe(Pipe&& other) noexcept
      : read_(std::exchange(other.read_, -1)), write_(std::exchange(other.write_, -1)) {}
  Pipe& operator=(Pipe&&) = delete;
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }

  // False: errno says why. Neither end survives an exec.
  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read_ = ends[0];
    write_ = ends[1];
    // Room for a burst of events: who stamps must not wait for who reads. A smaller one works too.
    constexpr int kBytes = 1 << 20;
    fcntl(write_, F_SETPIPE_SZ, kBytes);
    return true;
  }

  int read() const { return read_; }
  int write() const { return write_; }
  void CloseRead() { Close(read_); }
  void CloseWrite() { Close(write_); }

 private:
  static void Close(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }

  int read_ = -1;
  int write_ = -1;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_PIPE_H_
