#include "conformance/observer/state_picture.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace proctor {
namespace {

constexpr int64_t kRows = 12;
constexpr int64_t kNsPerMs = 1'000'000;

struct Extent {
  int64_t least = INT64_MAX;
  int64_t most = INT64_MIN;
  int64_t sum = 0;

  void Add(int64_t value) {
    least = std::min(least, value);
    most = std::max(most, value);
    sum += value;
  }
};

struct Row {
  int64_t stops = 0;
  Extent idle;
  Extent spinning;
  Extent waiting;
  int64_t retakes = 0;
  int64_t requests = 0;
  int64_t injections = 0;
};

// "0 to 3, 1.2 in the mean"
std::string Text(const Extent& extent, int64_t stops) {
  if (stops == 0) return "";
  if (extent.least == extent.most) return fmt::format("{}", extent.least);
  return fmt::format("{} to {} ({:.1f})", extent.least, extent.most,
                     static_cast<double>(extent.sum) / static_cast<double>(stops));
}

class Table {
 public:
  Table(int64_t began_ns, int64_t ended_ns)
      : began_ns_(began_ns),
        width_ns_(std::max<int64_t>((ended_ns - began_ns) / kRows + 1, 1)),
        rows_(kRows) {}

  void Take(const Event& event) {
    Row& row = rows_[static_cast<size_t>(
        std::clamp<int64_t>((event.time_ns - began_ns_) / width_ns_, 0, kRows - 1))];
    switch (event.kind) {
      case EventKind::kWrite:
        OnWrite(event);
        break;
      case EventKind::kSnapshot:
        ++row.stops;
        row.idle.Add(idle_);
        row.spinning.Add(spinning_);
        row.waiting.Add(Waiting());
        watched_ |= event.Get(Arg::kWatched);
        break;
      case EventKind::kHandOff:
        ++row.retakes;
        break;
      case EventKind::kPreemptRequest:
        ++row.requests;
        break;
      case EventKind::kInject:
        ++row.injections;
        break;
      default:
        break;
    }
  }

  std::string Print() const {
    const bool counted = (watched_ & kWatchHandOff) != 0;
    std::string text = fmt::format("{:>10} {:>8}  {:<18} {:<18} {:<18}{}\n", "from ms", "stops",
                                   "idle P", "spinning threads", "tasks queued",
                                   counted ? " retakes  preemptions  injections" : "");
    for (size_t i = 0; i < rows_.size(); ++i) {
      const Row& row = rows_[i];
      text += fmt::format("{:>10} {:>8}  {:<18} {:<18} {:<18}",
                          static_cast<int64_t>(i) * width_ns_ / kNsPerMs, row.stops,
                          Text(row.idle, row.stops), Text(row.spinning, row.stops),
                          Text(row.waiting, row.stops));
      if (counted)
        text += fmt::format(" {:>7}  {:>11}  {:>10}", row.retakes, row.requests, row.injections);
      text += '\n';
    }
    return text;
  }

 private:
  void OnWrite(const Event& event) {
    const int64_t value = event.Get(Arg::kValue);
    if (event.Is(Variable::kIdleProcessors)) idle_ = value;
    if (event.Is(Variable::kSpinningThreads)) spinning_ = value;
    if (event.Is(Variable::kGlobalQueue)) global_ = value;
    if (event.Is(Variable::kLocalWork)) local_[event.p] = value;
  }

  int64_t Waiting() const {
    int64_t waiting = global_;
    for (const auto& [p, queued] : local_) waiting += queued;
    return waiting;
  }

  const int64_t began_ns_;
  const int64_t width_ns_;
  std::vector<Row> rows_;
  int64_t watched_ = 0;
  int64_t idle_ = 0;
  int64_t spinning_ = 0;
  int64_t global_ = 0;
  std::map<int32_t, int64_t> local_;  // by processor
};

}  // namespace

std::string StatePicture(std::span<const Event> inspected) {
  if (inspected.empty()) return "";
  const auto [first, last] = std::ranges::minmax_element(inspected, {}, &Event::time_ns);
  Table table(first->time_ns, last->time_ns);
  for (const Event& event : inspected) table.Take(event);
  return table.Print();
}

}  // namespace proctor
