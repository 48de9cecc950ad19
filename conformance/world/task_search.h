// How a thread comes to its next task, and what it does when there is none.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_TASK_SEARCH_H_
#define PROCTOR_CONFORMANCE_WORLD_TASK_SEARCH_H_

#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class TaskSearch : private Part {
 public:
  using Part::Part;

  // The thread has a processor and looks for a task to run on it.
  void Schedule(int32_t m);
  void Execute(int32_t m, int32_t g, bool inherits);
  void SwitchOut(int32_t m, OutReason reason);
  // The thread has given its processor back.
  void LookOnceMore(int32_t m);
  void Park(int32_t m);

 private:
  bool FindTask(int32_t m, int32_t& g, bool& inherits);
  bool MayLookAround(const M& thread) const;
  bool Steal(int32_t m, int32_t& g);
  void RunFound(int32_t m, int32_t g, bool inherits);
  void GiveBack(int32_t m);
  void StopOwnProcessor(int32_t m);

  std::vector<int32_t> found_;  // scratch of one step
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_TASK_SEARCH_H_
