#include "conformance/campaign/thread_names.h"

#include <algorithm>
#include <chrono>

#include "conformance/observer/proc_files.h"
#include "conformance/process/process.h"
#include "conformance/process/threads.h"

namespace proctor {
namespace {

constexpr auto kPeriod = std::chrono::milliseconds(1);
// A monitor may be started late, or be away for a while when there is nothing to do.
constexpr int64_t kLooksLeast = 10;

}  // namespace

void ThreadNames::Watch(pid_t process) {
  if (name_.empty()) return;
  if (process == 0) {
    thread_ = {};
  } else {
    thread_ = std::jthread([this, process](const std::stop_token& stop) { Look(stop, process); });
  }
}

void ThreadNames::Look(const std::stop_token& stop, pid_t process) {
  while (!stop.stop_requested() && !found_) {
    const std::vector<pid_t> threads = ThreadsOf(process);
    found_ = std::ranges::any_of(threads, [&](pid_t id) { return ThreadName(id) == name_; });
    looked_ns_.push_back(MonotonicNowNs());
    std::this_thread::sleep_for(kPeriod);
  }
}

bool ThreadNames::ShowThatItIsMissing(const Run& run) const {
  const auto time_of = [&](EventKind kind) {
    const auto event = std::ranges::find(run.events, kind, &Event::kind);
    return event == run.events.end() ? 0 : event->time_ns;
  };
  const int64_t start_ns = time_of(EventKind::kScenarioStart);
  const int64_t end_ns = time_of(EventKind::kScenarioEnd);
  const auto looks = std::ranges::count_if(
      looked_ns_, [=](int64_t at_ns) { return start_ns < at_ns && at_ns < end_ns; });
  return !name_.empty() && !found_ && looks >= kLooksLeast;
}

}  // namespace proctor
