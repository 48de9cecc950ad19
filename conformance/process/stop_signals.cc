#include "conformance/process/stop_signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <iterator>
#include <system_error>

#include "conformance/process/process.h"
#include "conformance/process/temporary_paths.h"

namespace proctor {
namespace {

// Those by which nobody asks for results.
constexpr int kEnding[] = {SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU};

bool IsIgnored(int signal) {
  struct sigaction action{};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

StopSignals::StopSignals(StopRequest& request, int64_t repeat_ns)
    : request_(request), repeat_ns_(repeat_ns) {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&signals_, signal);
  if (!IsIgnored(SIGHUP)) sigaddset(&signals_, SIGHUP);
  for (const int signal : kEnding) {
    if (!IsIgnored(signal)) sigaddset(&signals_, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  taken_ = Descriptor(signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK));
  quit_ = Descriptor(eventfd(0, EFD_CLOEXEC));
  try {
    thread_ = std::thread([this] { Watch(); });
  } catch (const std::system_error&) {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
}

StopSignals::~StopSignals() {
  constexpr uint64_t kOne = 1;
  [[maybe_unused]] const ssize_t put = write(quit_.get(), &kOne, sizeof kOne);
  if (!thread_.joinable()) return;
  thread_.join();
  // What is pending, for this thread's own writes to pipes say, must not come now.
  constexpr timespec kAtOnce{};
  while (sigtimedwait(&signals_, nullptr, &kAtOnce) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::Watch() {
  while (true) {
    pollfd sources[] = {{.fd = taken_.get(), .events = POLLIN, .revents = 0},
                        {.fd = quit_.get(), .events = POLLIN, .revents = 0}};
    poll(sources, std::size(sources), -1);
    if (sources[1].revents != 0) return;
    signalfd_siginfo taken{};
    if (read(taken_.get(), &taken, sizeof taken) != sizeof taken) continue;
    const int signal = static_cast<int>(taken.ssi_signo);
    if (IsRepeated(signal)) continue;
    const bool asks = std::ranges::find(kEnding, signal) == std::end(kEnding);
    if (!asks || first_ != 0 || !request_.heeded()) EndAtOnce(signal);
    first_ = signal;
    made_ns_ = MonotonicNowNs();
    request_.Make();
  }
}

bool StopSignals::IsRepeated(int signal) const {
  return first_ == signal && MonotonicNowNs() - made_ns_ < repeat_ns_;
}

void StopSignals::EndAtOnce(int signal) {
  Process::EndAll();
  RemoveTemporaryPaths();
  _exit(128 + signal);
}

}  // namespace proctor
