#include "runtime/scheduler/wait_list.h"

#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/switching.h"

namespace proctor::runtime {

void WaitList::Wait() {
  Task* task = RunningTask();
  task->next = nullptr;
  (tail_ == nullptr ? head_ : tail_->next) = task;
  tail_ = task;
  WaitAndRelease(lock_);
}

Task* WaitList::Pop() {
  Task* task = head_;
  if (task == nullptr) return nullptr;
  head_ = task->next;
  if (head_ == nullptr) tail_ = nullptr;
  task->next = nullptr;
  return task;
}

Task* WaitList::PopAll() {
  Task* first = head_;
  head_ = tail_ = nullptr;
  return first;
}

void WaitList::ReadyAll(Task* first) {
  if (first == nullptr) return;
  SchedulerParts& scheduler = *first->parts;
  TaskList tasks;
  while (first != nullptr) {
    Task* task = first;
    first = task->next;
    tasks.Append(task);
  }
  runtime::ReadyAll(scheduler, tasks);
}

void WaitList::Ready(Task* task) { runtime::Ready(*task->parts, task); }

}  // namespace proctor::runtime
