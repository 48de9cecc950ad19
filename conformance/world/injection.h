// How tasks become runnable that a thread without a processor has found.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_INJECTION_H_
#define PROCTOR_CONFORMANCE_WORLD_INJECTION_H_

#include <cstdint>
#include <vector>

#include "conformance/world/part.h"

namespace proctor {

class Injection : private Part {
 public:
  using Part::Part;

  // By a thread that has no processor to run them on.
  void Run(int32_t m, std::vector<int32_t>& tasks);
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_INJECTION_H_
