// What the rest of the process and of the machine does: descriptors become ready, the process is
// stopped and continued, somebody resizes, stops the world, holds the monitor lock, asks for
// something, or the process dies.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_SURROUNDINGS_H_
#define PROCTOR_CONFORMANCE_WORLD_SURROUNDINGS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Surroundings : private Part {
 public:
  using Part::Part;

  void Start();
  // A trace reader finds a thread.
  void ReadTrace(int32_t m);
  void Act(Actor actor);
  void ActFromOutside(size_t index);

  bool trace_work() const { return trace_work_; }  // a trace reader has something to read
  bool dying() const { return dying_; }

 private:
  int64_t About(int64_t duration_ns);
  void Again(Actor actor, int64_t every_ns);

  bool trace_work_ = false;
  bool dying_ = false;
  std::vector<int64_t> outside_left_;  // how often each event of the scenario still comes
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_SURROUNDINGS_H_
