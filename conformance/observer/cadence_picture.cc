#include "conformance/observer/cadence_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace proctor {
namespace {

constexpr size_t kLinesMost = 56;

std::string Duration(int64_t ns) {
  if (ns < 1'000) return fmt::format("{} ns", ns);
  if (ns < 1'000'000) return fmt::format("{:.4g} us", static_cast<double>(ns) / 1e3);
  if (ns < 1'000'000'000) return fmt::format("{:.4g} ms", static_cast<double>(ns) / 1e6);
  return fmt::format("{:.4g} s", static_cast<double>(ns) / 1e9);
}

// The lines of the picture: a new one begins where the cadence starts afresh.
class Lines {
 public:
  void Shallow(int64_t duration_ns) {
    if (run_length_ > 0 && duration_ns < run_ns_) {
      EndRun();
      EndLine();
    } else if (run_length_ > 0 && duration_ns != run_ns_) {
      EndRun();
    }
    run_ns_ = duration_ns;
    ++run_length_;
  }

  void Deep(int64_t duration_ns, int64_t slept_ns, WakeCause cause) {
    EndRun();
    const std::string asked =
        cause == WakeCause::kTimeout ? "timed out" : "woken, asked for " + Duration(duration_ns);
    Append(fmt::format("deep {} ({})", Duration(slept_ns), asked));
    if (cause != WakeCause::kTimeout) EndLine();
  }

  std::vector<std::string> Finish() {
    EndRun();
    EndLine();
    return std::move(lines_);
  }

 private:
  void Append(const std::string& part) { line_ += line_.empty() ? part : ", " + part; }

  void EndRun() {
    if (run_length_ == 0) return;
    Append(run_length_ == 1 ? Duration(run_ns_) : fmt::format("{} x {}", run_length_, Duration(run_ns_)));
    run_length_ = 0;
  }

  void EndLine() {
    if (!line_.empty()) lines_.push_back(std::move(line_));
    line_.clear();
  }

  std::vector<std::string> lines_;
  std::string line_;
  int64_t run_length_ = 0;
  int64_t run_ns_ = 0;
};

// Equal neighbours become one line with a count; the middle of a long picture is left out.
std::string Fold(const std::vector<std::string>& lines) {
  std::vector<std::string> folded;
  for (size_t i = 0; i < lines.size();) {
    size_t same = i;
    while (same < lines.size() && lines[same] == lines[i]) ++same;
    folded.push_back(same - i == 1 ? lines[i] : fmt::format("{}   [{} times]", lines[i], same - i));
    i = same;
  }
  std::string text;
  for (size_t i = 0; i < folded.size(); ++i) {
    if (folded.size() > kLinesMost && i == kLinesMost / 2) {
      text += fmt::format("  ... {} lines more ...\n", folded.size() - kLinesMost);
      i = folded.size() - kLinesMost / 2;
    }
    text += "  " + folded[i] + "\n";
  }
  return text;
}

}  // namespace

std::string CadencePicture(std::span<const Event> events, const Observer::Usage& usage) {
  Lines lines;
  Event deep;
  int64_t shallow = 0;
  int64_t deeps = 0;
  for (const Event& event : events) {
    if (event.kind == EventKind::kShallowSleep) {
      ++shallow;
      lines.Shallow(event.Get(Arg::kDurationNs));
    } else if (event.kind == EventKind::kDeepSleep) {
      ++deeps;
      deep = event;
    } else if (event.kind == EventKind::kDeepWake && deep.kind == EventKind::kDeepSleep) {
      lines.Deep(deep.Get(Arg::kDurationNs), event.time_ns - deep.time_ns,
                 static_cast<WakeCause>(event.Get(Arg::kCause)));
    }
  }
  std::string text = "cadence:\n" + Fold(lines.Finish());
  if (events.empty()) return text + "  no event\n";

  const int64_t elapsed_ns = std::max<int64_t>(1, events.back().time_ns - events.front().time_ns);
  const double seconds = static_cast<double>(elapsed_ns) / 1e9;
  text += fmt::format("wake-ups: {:.1f} a second ({} sleeps, {} of them deep, in {:.2f} s)\n",
                      static_cast<double>(shallow + deeps) / seconds, shallow + deeps, deeps, seconds);
  if (usage.elapsed_ns > 0) {
    const double monitor = static_cast<double>(usage.monitor_cpu_ns);
    text += fmt::format("CPU: the monitor took {:.3f} % of a core, {:.1f} % of what the process took "
                        "(being traced makes it more)\n",
                        100 * monitor / static_cast<double>(usage.elapsed_ns),
                        usage.process_cpu_ns > 0 ? 100 * monitor / static_cast<double>(usage.process_cpu_ns) : 0);
  }
  return text;
}

}  // namespace proctor
