// The tasks: the runtime's own and those of the scenario, whose places are used again.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_TASKS_H_
#define PROCTOR_CONFORMANCE_WORLD_TASKS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Tasks : private Part {
 public:
  using Part::Part;

  void Start();
  void Free(int32_t g);
  // The index of a task of the scenario's program.
  int32_t NewTask(int32_t program);
  void SetStatus(int32_t m, G& g, TaskStatus status);

  G& At(int32_t g) { return gs_[static_cast<size_t>(g)]; }
  // Of the scenario and the main task.
  int32_t Count(TaskStatus status) const { return by_status_[static_cast<size_t>(status)]; }
  int32_t live() const { return live_; }  // of the scenario

 private:
  std::vector<G> gs_;
  std::vector<int32_t> free_gs_;
  int64_t next_task_id_ = 1;
  std::array<int32_t, 5> by_status_{};
  int32_t live_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_TASKS_H_
