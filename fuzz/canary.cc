// A planted bug: what ci/fuzz must find, or it is no fuzzing. A scenario in which a task spawns
// another one and then waits for what that one sends makes this target read beyond the end of an
// array; the changes that lead there are those that deep executions need.

#include <vector>

#include "conformance/scenario/scenario.h"
#include "fuzz/fuzz_target.h"

namespace proctor {
namespace {

bool Sends(const Task& task, int32_t channel) {
  for (const Operation& operation : task.ops) {
    if (operation.op == Op::kSend && operation.channel == channel) return true;
  }
  return false;
}

// How many tasks are spawned by one that then receives from them.
size_t CountAnswered(const Scenario& scenario) {
  size_t count = 0;
  for (const Task& task : scenario.tasks) {
    for (size_t i = 0; i + 1 < task.ops.size(); ++i) {
      const Operation& spawn = task.ops[i];
      const Operation& receive = task.ops[i + 1];
      if (spawn.op != Op::kSpawn || receive.op != Op::kReceive) continue;
      const Task& spawned = scenario.tasks[static_cast<size_t>(spawn.task)];
      if (&spawned != &task && Sends(spawned, receive.channel)) ++count;
    }
  }
  return count;
}

}  // namespace
}  // namespace proctor

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  std::string error;
  const std::optional<Scenario> scenario = ParseScenario(fuzz::AsText(data, size), error);
  if (!scenario) return 0;
  const std::vector<int> none_answered(1, 0);
  volatile int seen = none_answered.data()[CountAnswered(*scenario)];  // the planted bug
  static_cast<void>(seen);
  return 0;
}
