#include "conformance/adapter/outside.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace proctor {
namespace {

constexpr int kAtOnceMost = 1'000;

}  // namespace

OutsideSchedule::OutsideSchedule(const std::vector<Outside>& outside, std::vector<int> descriptors,
                                 Process& process, std::function<void(const Event&)> sink,
                                 int64_t scenario_start_ns)
    : descriptors_(std::move(descriptors)), process_(process), sink_(std::move(sink)) {
  for (const Outside& event : outside) {
    pending_.push_back({event, scenario_start_ns + event.at_ns, event.times});
  }
}

OutsideSchedule::~OutsideSchedule() {
  if (stopped_) Fire({.kind = OutsideKind::kContinue});
}

int64_t OutsideSchedule::NextNs() const {
  int64_t next_ns = INT64_MAX;
  for (const Pending& pending : pending_) next_ns = std::min(next_ns, pending.next_ns);
  return next_ns;
}

void OutsideSchedule::FireDue(int64_t now_ns) {
  int fired = 0;
  for (Pending& pending : pending_) {
    while (pending.left > 0 && pending.next_ns <= now_ns && fired < kAtOnceMost) {
      Fire(pending.outside);
      pending.next_ns += pending.outside.every_ns;
      --pending.left;
      ++fired;
    }
  }
  std::erase_if(pending_, [](const Pending& pending) { return pending.left == 0; });
}

void OutsideSchedule::Fire(const Outside& outside) {
  const int64_t now_ns = MonotonicNowNs();
  switch (outside.kind) {
    case OutsideKind::kReady: {
      sink_(
          MakeEvent(now_ns, EventKind::kDescriptorReady, {{Arg::kDescriptor, outside.descriptor}}));
      const char byte = 'r';
      // A reader that is gone shows elsewhere; one that a full pipe waits for is ready all the
      // same.
      [[maybe_unused]] const ssize_t put =
          write(descriptors_[static_cast<size_t>(outside.descriptor)], &byte, 1);
      break;
    }
    case OutsideKind::kStop:
      sink_(MakeEvent(now_ns, EventKind::kStopped));
      process_.Signal(SIGSTOP);
      stopped_ = true;
      break;
    case OutsideKind::kContinue:
      sink_(MakeEvent(now_ns, EventKind::kContinued));
      process_.Signal(SIGCONT);
      stopped_ = false;
      break;
  }
}

}  // namespace proctor
