// Keeps a write to a pipe that nobody reads from ending the process: it is an error there, EPIPE.
//
// Thread safety: holds for the thread that made it, and none else; to be gone in that thread.

#ifndef PROCTOR_CONFORMANCE_PROCESS_PIPE_SIGNAL_H_
#define PROCTOR_CONFORMANCE_PROCESS_PIPE_SIGNAL_H_

#include <csignal>
#include <ctime>

namespace proctor {

class PipeSignalBlock {
 public:
  PipeSignalBlock() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  PipeSignalBlock(const PipeSignalBlock&) = delete;
  PipeSignalBlock& operator=(const PipeSignalBlock&) = delete;
  ~PipeSignalBlock() {
    // One of our own that is pending must not come now. Where the signal was blocked before, it
    // belongs to the one who blocked it.
    if (sigismember(&before_, SIGPIPE) == 0) {
      constexpr timespec kAtOnce{};
      while (sigtimedwait(&pipe_, nullptr, &kAtOnce) == SIGPIPE) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_;
  sigset_t before_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_PIPE_SIGNAL_H_
