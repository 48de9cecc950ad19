#include "stress/run/load.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>

#include "conformance/process/own_cpu_time.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

int64_t PeakMb(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return usage.ru_maxrss / 1024;
}

}  // namespace

Load::Load() : start_ns_(MonotonicNowNs()), start_cpu_ns_(OwnCpuNs()) {}

void Load::Add(const Gathered& gathered, int64_t took_ns) {
  const Ledger& ledger = gathered.ledger;
  all_.ended += ledger.ended;
  all_.calls += ledger.calls;
  all_.bytes += ledger.bytes;
  all_.timers_fired += ledger.timers_fired;
  for (size_t op = 0; op < kOps; ++op) all_.done[op] += ledger.done[op];
  took_ns_ += took_ns;
  still_ns_ = std::max(still_ns_, gathered.still_ns);
  ++scenarios_;
}

std::string Load::Describe() const {
  const double seconds = std::max(static_cast<double>(took_ns_) / 1e9, 1e-9);
  const auto rate = [&](int64_t count) { return static_cast<double>(count) / seconds; };
  const auto done = [&](Op op) { return all_.done[static_cast<size_t>(op)]; };
  const auto elapsed_ns = static_cast<double>(std::max<int64_t>(MonotonicNowNs() - start_ns_, 1));
  return fmt::format(
      "load, of {} scenarios that were not stamped in full: {:.0f} tasks, {:.0f} system calls, "
      "{:.0f} timers, {:.0f} messages, {:.0f} bytes of descriptors, {:.0f} MB allocated a second; "
      "no task that computed made no progress for longer than {:.1f} ms\n"
      "the harness used {:.1f} % of a core and at most {} MB, the implementation at most {} MB\n",
      scenarios_, rate(all_.ended), rate(all_.calls + done(Op::kBlock)),
      rate(done(Op::kSleep) + all_.timers_fired), rate(done(Op::kReceive)), rate(done(Op::kWait)),
      rate(all_.bytes) / 1e6, static_cast<double>(still_ns_) / 1e6,
      100 * static_cast<double>(OwnCpuNs() - start_cpu_ns_) / elapsed_ns, PeakMb(RUSAGE_SELF),
      PeakMb(RUSAGE_CHILDREN));
}

}  // namespace proctor
