// Changing the number of processors while the world is stopped.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_RESIZE_H_
#define PROCTOR_CONFORMANCE_WORLD_RESIZE_H_

#include <cstdint>

#include "conformance/world/part.h"

namespace proctor {

class Resize : private Part {
 public:
  using Part::Part;

  // With the world stopped, in two steps: first the list gets its new length, then the new
  // processors are made. The monitor may look at the list in between.
  void Grow(int32_t m);
  void Resized(int32_t m);

  void set_target(int32_t procs) { target_ = procs; }

 private:
  void Shrink(int32_t m);

  int32_t target_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_RESIZE_H_
