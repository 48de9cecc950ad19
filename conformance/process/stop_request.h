// A request to end long work early: made once, by a signal or by another thread, and seen by every
// wait that polls it. Work that looks at it says so, as what does not must be ended otherwise.
//
// Thread safety: all of it; Make may also be called by a signal handler.

#ifndef PROCTOR_CONFORMANCE_PROCESS_STOP_REQUEST_H_
#define PROCTOR_CONFORMANCE_PROCESS_STOP_REQUEST_H_

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "conformance/process/pipe.h"

namespace proctor {

class StopRequest {
 public:
  StopRequest() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  void Make() {
    made_ = true;
    constexpr uint64_t kOne = 1;
    [[maybe_unused]] const ssize_t put = write(event_.get(), &kOne, sizeof kOne);
  }

  bool made() const { return made_; }

  // From here on somebody looks at it.
  void BeginHeeding() { heeded_ = true; }
  bool heeded() const { return heeded_; }

  // Readable once it has been made.
  int fd() const { return event_.get(); }

 private:
  std::atomic<bool> made_{false};
  std::atomic<bool> heeded_{false};
  const Descriptor event_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_STOP_REQUEST_H_
