#include "conformance/observer/sched_stat.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <string>

namespace proctor {

SchedStat::SchedStat(pid_t thread) {
  const std::string path = fmt::format("/proc/{}/schedstat", thread);
  file_ = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::optional<SchedStat::Times> SchedStat::Read() const {
  std::array<char, 64> text{};
  if (pread(file_.get(), text.data(), text.size() - 1, 0) <= 0) return std::nullopt;
  Times times{};
  if (std::sscanf(text.data(), "%" SCNd64 " %" SCNd64, &times.ran_ns, &times.waited_ns) != 2)
    return std::nullopt;
  return times;
}

}  // namespace proctor
