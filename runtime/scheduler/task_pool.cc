#include "runtime/scheduler/task_pool.h"

namespace proctor::runtime {

TaskPool::~TaskPool() {
  LockGuard guard(lock_);
  for (const auto& slab : slabs_) {
    for (int i = 0; i < kTasksPerSlab; ++i) {
      Task& task = slab[static_cast<size_t>(i)];
      if (task.Status() != TaskStatus::kGone) task.flow.Release();
      task.function.Reset();
      if (task.stack.low != nullptr) stacks_.Return(task.stack);
    }
  }
}

int64_t TaskPool::NextId(Processor* p) {
  if (p == nullptr) return next_id_.fetch_add(1, std::memory_order_relaxed);
  if (p->next_task_id == p->last_task_id) {
    p->next_task_id = next_id_.fetch_add(kIdsAtATime, std::memory_order_relaxed);
    p->last_task_id = p->next_task_id + kIdsAtATime;
  }
  return p->next_task_id++;
}

Task* TaskPool::TakeDead(Processor* p) {
  if (p != nullptr) {
    if (Task* task = p->dead_tasks.Pop(); task != nullptr) return task;
  }
  LockGuard guard(lock_);
  if (Task* task = dead_.Pop(); task != nullptr) return task;
  if (fresh_.empty()) {
    slabs_.push_back(std::make_unique<Task[]>(kTasksPerSlab));
    for (int i = 0; i < kTasksPerSlab; ++i) {
      Task* task = &slabs_.back()[static_cast<size_t>(i)];
      task->parts = owner_;
      fresh_.Append(task);
    }
  }
  return fresh_.Pop();
}

Task* TaskPool::Take(Processor* p) {
  Task* task = TakeDead(p);
  if (task->stack.low == nullptr) {
    task->stack = stacks_.Take();
    if (task->stack.low == nullptr) {
      LockGuard guard(lock_);
      dead_.Append(task);
      return nullptr;
    }
  }
  if (p != nullptr) {
    p->CountBirths(1);
  } else {
    foreign_births_.fetch_add(1, std::memory_order_relaxed);
  }
  return task;
}

void TaskPool::Return(Processor& p, Task* task) {
  p.CountBirths(-1);
  p.dead_tasks.Prepend(task);
  if (p.dead_tasks.size() <= kDeadTasksMost) return;
  TaskList half;
  while (half.size() < kDeadTasksMost / 2) half.Append(p.dead_tasks.Pop());
  for (Task* other = half.front(); other != nullptr; other = other->next) {
    stacks_.Return(other->stack);
    other->stack = {};
  }
  LockGuard guard(lock_);
  dead_.Append(half);
}

}  // namespace proctor::runtime
