#include "conformance/scenario/operations.h"

#include <algorithm>
#include <set>

namespace proctor {

void SetTimersFirst(std::vector<Operation>& ops) {
  constexpr int64_t kUnlessGivenNs = 1'000'000;
  std::set<int32_t> set;
  for (size_t i = 0; i < ops.size(); ++i) {
    const Operation operation = ops[i];
    const bool needs = operation.op == Op::kStopTimer || operation.op == Op::kResetTimer;
    if (!needs && operation.op != Op::kSetTimer) continue;
    if (!set.insert(operation.timer).second || !needs) continue;
    const int64_t duration_ns = std::max(operation.duration_ns, kUnlessGivenNs);
    ops.insert(ops.begin() + static_cast<ptrdiff_t>(i), SetTimer(operation.timer, duration_ns));
    ++i;
  }
}

}  // namespace proctor
