// The monitor's calls about forced collections and the scavenger.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_COLLECTOR_CALLS_H_
#define PROCTOR_CONFORMANCE_WORLD_COLLECTOR_CALLS_H_

#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class CollectorCalls : private Part {
 public:
  using Part::Part;

  void Collector(proctor_collector* state);
  void ClearHelperIdle();
  void InjectHelper();
  void WakeScavenger();

 private:
  std::vector<int32_t> ready_;  // scratch of one injection
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_COLLECTOR_CALLS_H_
