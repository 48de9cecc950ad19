#include "conformance/campaign/watched_command.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

#include "conformance/process/stop_request.h"

namespace proctor {
namespace {

// What a command gets to end by itself once it was asked to.
constexpr int64_t kGraceNs = 5'000'000'000;

}  // namespace

void WaitWhileObserving(int pidfd, int64_t for_ms, Listener& listener) {
  const int64_t end_ns = MonotonicNowNs() + for_ms * 1'000'000;
  while (!listener.Stopped()) {
    const int64_t left_ms = (end_ns - MonotonicNowNs()) / 1'000'000;
    if (left_ms <= 0) return;
    const int stop_fd = listener.stop() != nullptr ? listener.stop()->fd() : -1;
    pollfd sources[] = {{.fd = pidfd, .events = POLLIN, .revents = 0},
                        {.fd = stop_fd, .events = POLLIN, .revents = 0}};
    constexpr int64_t kStepMs = 500;
    if (poll(sources, std::size(sources), static_cast<int>(std::min(left_ms, kStepMs))) > 0) return;
    listener.OnProgress(fmt::format("observing, {} s left", left_ms / 1000));
  }
}

std::unique_ptr<WatchedCommand> WatchedCommand::Start(const std::vector<std::string>& argv,
                                                      std::string& error) {
  std::unique_ptr<Process> process =
      Process::Spawn({.argv = argv, .gated = true, .null_input = isatty(STDIN_FILENO) == 1}, error);
  if (!process) return nullptr;
  return std::unique_ptr<WatchedCommand>(new WatchedCommand(std::move(process)));
}

// A service may have to flush when it is told to end, also where a wrapper has started it.
std::string WatchedCommand::End(bool interrupted) {
  pollfd ended_by_itself{.fd = pidfd(), .events = POLLIN, .revents = 0};
  if (poll(&ended_by_itself, 1, 0) > 0) {
    status_ = process_->Wait(MonotonicNowNs() + kGraceNs);
    if (!process_->HasLiving()) return "";
    const bool ended = process_->EndBySignal(SIGTERM, MonotonicNowNs() + kGraceNs);
    return fmt::format("the command has ended; what it left running was ended by {}",
                       ended ? "SIGTERM" : "SIGTERM, and SIGKILL");
  }
  const char* when = interrupted ? "when this was interrupted" : "after the time of --for";
  const bool ended = process_->EndBySignal(SIGTERM, MonotonicNowNs() + kGraceNs);
  return ended ? fmt::format("the command was ended by SIGTERM {}", when)
               : fmt::format("the command was ended by SIGTERM {}, and by SIGKILL {} s later", when,
                             kGraceNs / 1'000'000'000);
}

}  // namespace proctor
