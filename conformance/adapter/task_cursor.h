// A cursor: where one run of a task stands in its program, by its stamps.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_TASK_CURSOR_H_
#define PROCTOR_CONFORMANCE_ADAPTER_TASK_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "conformance/evidence/event.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

class TaskCursor {
 public:
  // The task outlives it.
  explicit TaskCursor(const Task& task) : task_(task) {}

  enum class Place { kBeforeStart, kBetween, kInside, kEnded };
  Place place() const { return place_; }
  // The one that it is inside of, or that comes next.
  const Operation& operation() const { return task_.ops[index_]; }

  // What is due next, as it stands in a message.
  std::string Due() const;

  // What is wrong with the next stamp; empty: it is the one that was due.
  std::string Take(const Event& event);

 private:
  std::string OperationName() const;
  bool IsPast() const { return repeat_ >= task_.repeat || task_.ops.empty(); }
  bool IsThis(const Event& event) const;
  std::string WrongWith(const Event& event) const;
  std::string WrongWithInner(const Event& event) const;
  std::string WrongWithEnd(const Event& event) const;
  void Advance(const Event& event);

  const Task& task_;
  Place place_ = Place::kBeforeStart;
  int64_t repeat_ = 0;
  size_t index_ = 0;
  int64_t began_ns_ = 0;
  std::optional<EventKind> inner_;  // due inside the operation
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_TASK_CURSOR_H_
