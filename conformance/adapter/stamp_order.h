// Whether the times that an adapter stamps can be true: on the harness's clock, within its
// process's life, and never backwards in one task, nor in the runtime's own trace. The stamps of
// different tasks may overtake each other on their way.
//
// Memory: bounded; of more than a million tasks at once the others go unchecked.
// Errors: one line. Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_STAMP_ORDER_H_
#define PROCTOR_CONFORMANCE_ADAPTER_STAMP_ORDER_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "conformance/evidence/event.h"

namespace proctor {

class StampOrder {
 public:
  // What is wrong with the event; empty: nothing. `traced`: it is of the runtime's own trace.
  std::string Check(const Event& event, bool traced, int64_t started_ns, int64_t now_ns);

 private:
  std::string CheckTask(const Event& event);
  std::string CheckTrace(const Event& event);
  bool WasGiven(int64_t number);  // by an earlier call

  std::unordered_map<int64_t, int64_t> last_ns_;  // of every task that lives
  std::vector<bool> given_;                       // the numbers of spawned tasks, up to a bound
  int64_t last_traced_ns_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_STAMP_ORDER_H_
