// Threads that look like a second monitor of the same runtime, by what lies on their stacks.
//
// A stack is read while its thread goes on, and what lies behind its end may look like a part of
// it: a saved address of the true monitor's, for a moment. So one look accuses nobody.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_SECOND_MONITORS_H_
#define PROCTOR_CONFORMANCE_OBSERVER_SECOND_MONITORS_H_

#include <sys/types.h>

#include <map>
#include <vector>

namespace proctor {

class SecondMonitors {
 public:
  // Those of these threads, which look so now, that have done so in every one of the last looks.
  std::vector<pid_t> Look(const std::vector<pid_t>& threads) {
    std::map<pid_t, int> still;
    std::vector<pid_t> certain;
    for (const pid_t thread : threads) {
      const auto before = looks_.find(thread);
      still[thread] = before == looks_.end() ? 1 : before->second + 1;
      if (still[thread] >= kInARowLeast) certain.push_back(thread);
    }
    suspected_ = suspected_ || !threads.empty();
    if (suspected_) ++taken_;
    looks_ = still;
    return certain;
  }

  // One looked so, and a few more looks may tell.
  bool WantsMore() const { return suspected_ && taken_ < kLooksMost; }

 private:
  static constexpr int kInARowLeast = 4;
  static constexpr int kLooksMost = 40;

  std::map<pid_t, int> looks_;  // in a row
  bool suspected_ = false;
  int taken_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_SECOND_MONITORS_H_
