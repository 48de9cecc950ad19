#include "conformance/observer/monitor_identity.h"

#include <bit>

#include "conformance/observer/proc_files.h"

namespace proctor {

void MonitorIdentity::LookForImages() { images_ = FindRuntimeImages(process_, &without_); }

// Libraries may come later; looking costs some milliseconds.
bool MonitorIdentity::LookAgain() {
  if (!images_.empty() || !std::has_single_bit(static_cast<uint64_t>(++asked_))) return false;
  LookForImages();
  return true;
}

MonitorIdentity::Answer MonitorIdentity::Ask(pid_t thread, uint64_t stack_pointer,
                                             const SleepPattern& pattern,
                                             const MonitorDeclaration& declaration) {
  LookAgain();
  if (!images_.empty()) {
    image_ = FindMonitorOnStack(thread, stack_pointer, images_);
    return image_ ? Answer::kMonitor : Answer::kNo;
  }
  switch (declaration.by) {
    case MonitorDeclaration::By::kNobody:
      return pattern.Ticks() ? Answer::kCandidate : Answer::kNo;
    case MonitorDeclaration::By::kUser:
      return pattern.Ticks() ? Answer::kMonitor : Answer::kNo;
    case MonitorDeclaration::By::kAdapter: {
      const bool is_it = declaration.thread.empty()
                             ? pattern.BeginsLikeAMonitor(declaration.sleep_ns)
                             : ThreadName(thread) == declaration.thread;
      return is_it ? Answer::kMonitor : Answer::kNo;
    }
    case MonitorDeclaration::By::kAdapterSoon:
    case MonitorDeclaration::By::kAdapterNone:
      break;
  }
  return Answer::kNo;
}

bool MonitorIdentity::IsAnother(pid_t thread, const SleepPattern& pattern,
                                const SleepPattern& monitors,
                                const MonitorDeclaration& declaration) const {
  if (!images_.empty()) return false;  // the stacks of all threads show that
  if (!declaration.thread.empty()) return ThreadName(thread) == declaration.thread;
  return pattern.DoublesLikeAMonitor() && monitors.DoublesLikeAMonitor();
}

}  // namespace proctor
