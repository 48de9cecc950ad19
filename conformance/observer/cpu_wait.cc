#include "conformance/observer/cpu_wait.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

namespace proctor {
namespace {

constexpr int64_t kStallNsLeast = 2'000'000;

}  // namespace

std::optional<Event> CpuWait::Look(pid_t thread, int64_t now_ns) {
  const bool is_new = thread != thread_;
  if (is_new) {
    thread_ = thread;
    const std::string path = fmt::format("/proc/{}/schedstat", thread);
    schedstat_ = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  const int64_t since_ns = now_ns - looked_ns_;
  if (!is_new && since_ns < kStallNsLeast) return std::nullopt;
  const std::optional<int64_t> waited_ns = WaitedNs();
  if (!waited_ns) return std::nullopt;
  const int64_t stalled_ns = std::min(*waited_ns - waited_ns_, since_ns);
  looked_ns_ = now_ns;
  waited_ns_ = *waited_ns;
  if (is_new || stalled_ns < kStallNsLeast) return std::nullopt;
  return MakeEvent(now_ns, EventKind::kStall, {{Arg::kDurationNs, stalled_ns}});
}

std::optional<int64_t> CpuWait::WaitedNs() const {
  std::array<char, 64> text{};
  if (pread(schedstat_.get(), text.data(), text.size() - 1, 0) <= 0) return std::nullopt;
  int64_t ran_ns = 0;
  int64_t waited_ns = 0;
  if (std::sscanf(text.data(), "%" SCNd64 " %" SCNd64, &ran_ns, &waited_ns) != 2)
    return std::nullopt;
  return waited_ns;
}

}  // namespace proctor
