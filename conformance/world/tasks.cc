#include "conformance/world/tasks.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void Tasks::Start() {
  gs_.reserve(static_cast<size_t>(kOwnTasks) + w_.setup.scenario.tasks.size());
  for (int32_t i = 0; i < kOwnTasks; ++i) {
    G task;
    task.id = kFirstOwnTask + i;
    task.role = static_cast<Role>(i + 1);
    task.status = TaskStatus::kWaiting;
    task.begun = true;
    gs_.push_back(task);
    if (task.role != Role::kMain) {
      TraceWrite(kNobody, Variable::kTaskStatus, static_cast<int64_t>(task.status), kNobody,
                 task.id);
    }
  }
  G& main = At(OwnTasks::IndexOf(Role::kMain));
  ++by_status_[static_cast<size_t>(main.status)];
  SetStatus(kNobody, main, w_.setup.knobs.main_leaves ? TaskStatus::kGone : TaskStatus::kWaiting);
}

void Tasks::Free(int32_t g) {
  --by_status_[static_cast<size_t>(TaskStatus::kGone)];
  free_gs_.push_back(g);
  --live_;
}

int32_t Tasks::NewTask(int32_t program) {
  int32_t g;
  if (free_gs_.empty()) {
    g = static_cast<int32_t>(gs_.size());
    gs_.emplace_back();
  } else {
    g = free_gs_.back();
    free_gs_.pop_back();
    At(g) = {};
  }
  G& task = At(g);
  task.id = next_task_id_++;
  task.program = program;
  task.repeats_left = w_.setup.scenario.tasks[static_cast<size_t>(program)].repeat;
  ++live_;
  ++by_status_[static_cast<size_t>(TaskStatus::kGone)];
  return g;
}

void Tasks::SetStatus(int32_t m, G& g, TaskStatus status) {
  if (g.role == Role::kScenario || g.role == Role::kMain) {
    --by_status_[static_cast<size_t>(g.status)];
    ++by_status_[static_cast<size_t>(status)];
  }
  g.status = status;
  TraceWrite(m, Variable::kTaskStatus, static_cast<int64_t>(status), kNobody, g.id);
}

}  // namespace proctor
