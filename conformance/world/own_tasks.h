// The runtime's own tasks: the helper of forced collections, the scavenger, and two that stop the
// world for other reasons.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_OWN_TASKS_H_
#define PROCTOR_CONFORMANCE_WORLD_OWN_TASKS_H_

#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class OwnTasks : private Part {
 public:
  using Part::Part;

  void Start();
  void ClearHelperIdle(int32_t m);
  void AskScavenger(int32_t m);
  void WithdrawScavenger(int32_t m);
  void UnparkScavenger(int32_t m);
  void ResumeHelper(int32_t m);
  void ResumeScavenger(int32_t m);
  void ResumeStopper(int32_t m);
  // Whether one of the runtime's own tasks waits to be asked.
  bool Waits(Role role) const;
  // Asks it, if it does.
  void StartWaiter(Role role);

  bool helper_idle() const { return helper_idle_; }
  bool scavenger_asked() const { return scavenger_asked_; }
  bool scavenger_parked() const { return scavenger_parked_; }
  static int32_t IndexOf(Role role) { return static_cast<int32_t>(role) - 1; }

 private:
  void HelperWaits(int32_t m);
  bool WaitsForMonitor(LockId lock, int32_t m);

  bool helper_idle_ = false;
  bool scavenger_asked_ = false;
  bool scavenger_parked_ = true;
  std::vector<int32_t> found_;  // scratch of one start
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_OWN_TASKS_H_
