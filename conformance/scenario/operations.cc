#include "conformance/scenario/operations.h"

#include <algorithm>
#include <set>

namespace proctor {

void SetTimersFirst(std::vector<Operation>& ops) {
  std::set<int32_t> set;
  for (Operation& operation : ops) {
    const bool needs = operation.op == Op::kStopTimer || operation.op == Op::kResetTimer;
    if (needs && !set.contains(operation.timer)) {
      operation = SetTimer(operation.timer, std::max<int64_t>(operation.duration_ns, 1));
    }
    if (operation.op == Op::kSetTimer) set.insert(operation.timer);
  }
}

}  // namespace proctor
