#include "runtime/scheduler/wait_list.h"

#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

void WaitList::Wait() {
  Task* task = Scheduler::Current();
  task->next = nullptr;
  (tail_ == nullptr ? head_ : tail_->next) = task;
  tail_ = task;
  task->scheduler->WaitAndRelease(lock_);
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
  Scheduler& scheduler = *first->scheduler;
  TaskList tasks;
  while (first != nullptr) {
    Task* task = first;
    first = task->next;
    tasks.Append(task);
  }
  scheduler.ReadyAll(tasks);
}

void WaitList::Ready(Task* task) { task->scheduler->Ready(task); }

}  // namespace proctor::runtime
