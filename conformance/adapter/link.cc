#include "conformance/adapter/link.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "conformance/adapter/protocol.h"
#include "conformance/evidence/trace.h"
#include "conformance/process/suspendable_deadline.h"

namespace proctor {
namespace {

constexpr int64_t kLookEveryNs = 100'000'000;
constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kSendWithinNs = 20'000 * kNsPerMs;
constexpr size_t kBlockBytes = 1 << 16;
constexpr int kLateReadsMost = (1 << 20) / kBlockBytes;  // a widened pipe's

void DoNotBlock(const Descriptor& descriptor) { fcntl(descriptor.get(), F_SETFL, O_NONBLOCK); }

}  // namespace

bool AdapterLink::Start(const std::vector<std::string>& argv, std::vector<std::string> set_env,
                        int32_t descriptors, std::string& error) {
  bool opened = to_adapter_.Open() && from_adapter_.Open();
  std::vector<std::pair<int, int>> inherited = {{to_adapter_.read.get(), kAdapterInput},
                                                {from_adapter_.write.get(), kAdapterOutput}};
  for (int32_t i = 0; i < descriptors && opened; ++i) {
    Pipe& pipe = descriptors_.emplace_back();
    opened = pipe.Open();
    pipe.Widen();
    DoNotBlock(pipe.read);
    DoNotBlock(pipe.write);
    inherited.emplace_back(pipe.read.get(), kAdapterFirstDescriptor + i);
  }
  if (!opened) {
    error = fmt::format("no pipe for the adapter: {}", std::strerror(errno));
    return false;
  }
  to_adapter_.Widen();
  from_adapter_.Widen();
  process_ = Process::Spawn({.argv = argv,
                             .set_env = std::move(set_env),
                             .descriptors = inherited,
                             .gated = true,
                             .capture_output = true},
                            error);
  if (!process_) return false;
  to_adapter_.read.Close();
  from_adapter_.write.Close();
  for (Pipe& pipe : descriptors_) pipe.read.Close();
  DoNotBlock(from_adapter_.read);
  DoNotBlock(to_adapter_.write);
  return true;
}

std::vector<int> AdapterLink::WritingEnds() const {
  std::vector<int> ends;
  for (const Pipe& pipe : descriptors_) ends.push_back(pipe.write.get());
  return ends;
}

void AdapterLink::Send(std::string_view text) {
  const int64_t deadline_ns = MonotonicNowNs() + kSendWithinNs;
  while (!text.empty()) {
    const ssize_t put = write(to_adapter_.write.get(), text.data(), text.size());
    if (put > 0) {
      text.remove_prefix(static_cast<size_t>(put));
      continue;
    }
    if (errno != EAGAIN || MonotonicNowNs() >= deadline_ns || StopMade()) return;
    constexpr int kStepMs = 100;
    pollfd writable{.fd = to_adapter_.write.get(), .events = POLLOUT, .revents = 0};
    poll(&writable, 1, kStepMs);
  }
}

AdapterLink::Reading AdapterLink::ReadLine(int64_t deadline_ns, int64_t exit_ms,
                                           OutsideSchedule* outside, std::string& line,
                                           const std::function<bool()>& is_in_vain) {
  while (true) {
    if (buffer_.TakeLine(line)) return Reading::kLine;
    if (buffer_.size() > kLineBytesMost) return Reading::kTooLong;
    const Reading reading = ReadMore(deadline_ns, exit_ms, outside, is_in_vain);
    if (reading != Reading::kLine) return reading;
  }
}

bool AdapterLink::HasMore() {
  char byte;
  return buffer_.size() > 0 || read(from_adapter_.read.get(), &byte, 1) > 0;
}

void AdapterLink::Drain(int64_t deadline_ns, int64_t exit_ms) {
  while (ReadMore(deadline_ns, exit_ms, nullptr, {}) == Reading::kLine) buffer_.Clear();
}

// kLine: there is something new in the buffer. What the adapter wrote before a stop or before the
// deadline is taken first, as far as a pipe holds it: a harness that comes late loses nothing.
AdapterLink::Reading AdapterLink::ReadMore(int64_t deadline_ns, int64_t exit_ms,
                                           OutsideSchedule* outside,
                                           const std::function<bool()>& is_in_vain) {
  SuspendableDeadline deadline(deadline_ns);
  while (true) {
    const int64_t now_ns = MonotonicNowNs();
    if (outside != nullptr) outside->FireDue(now_ns);
    int64_t wait_ns = deadline.NextWaitNs(now_ns);
    const bool is_late = wait_ns == 0;
    if (outside != nullptr) wait_ns = std::clamp<int64_t>(outside->NextNs() - now_ns, 0, wait_ns);
    if (is_in_vain) wait_ns = std::min(wait_ns, kLookEveryNs);
    const timespec timeout{.tv_sec = wait_ns / 1'000'000'000, .tv_nsec = wait_ns % 1'000'000'000};
    pollfd polled[] = {{.fd = from_adapter_.read.get(), .events = POLLIN, .revents = 0},
                       {.fd = process_->pidfd(), .events = POLLIN, .revents = 0},
                       {.fd = stop_ != nullptr ? stop_->fd() : -1, .events = POLLIN, .revents = 0}};
    if (ppoll(polled, std::size(polled), &timeout, nullptr) <= 0) {
      if (is_late) return Reading::kDeadline;
      if (is_in_vain && is_in_vain()) return Reading::kInVain;
      continue;
    }
    const bool is_stopped = polled[2].revents != 0;
    if (is_stopped || is_late) {
      const bool has_more = (polled[0].revents & POLLIN) != 0;
      if (!has_more || late_reads_++ >= kLateReadsMost) {
        return is_stopped ? Reading::kStopped : Reading::kDeadline;
      }
    }
    char block[kBlockBytes];
    const ssize_t got = read(from_adapter_.read.get(), block, sizeof block);
    if (got > 0) {
      buffer_.Append({block, static_cast<size_t>(got)});
      return Reading::kLine;
    }
    if (got == 0 || polled[1].revents != 0) return OnNoMore(deadline_ns, exit_ms);
  }
}

// It closed its end, or has ended: then nothing more can come but its exit.
AdapterLink::Reading AdapterLink::OnNoMore(int64_t deadline_ns, int64_t exit_ms) {
  if (process_->Wait(std::min(deadline_ns, MonotonicNowNs() + exit_ms * kNsPerMs), stop_)) {
    return Reading::kEnded;
  }
  if (StopMade()) return Reading::kStopped;
  return MonotonicNowNs() < deadline_ns ? Reading::kClosed : Reading::kDeadline;
}

}  // namespace proctor
