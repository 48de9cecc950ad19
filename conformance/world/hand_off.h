// The hand-off of a processor whose thread is in a system call, in the order of the contract.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_HAND_OFF_H_
#define PROCTOR_CONFORMANCE_WORLD_HAND_OFF_H_

#include <cstdint>

#include "conformance/world/part.h"

namespace proctor {

class HandOff : private Part {
 public:
  using Part::Part;

  // The processor is nobody's; the thread m hands it off.
  void Start(int32_t m, int32_t p);

 private:
  bool WorkForHandOff(int32_t m, int32_t p);
  void UnderSched(int32_t m, int32_t p);
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_HAND_OFF_H_
