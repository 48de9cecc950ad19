// Changes of a scenario that keep it a scenario, so that a fuzzer's executions get past the reader
// and deep into worlds.
//
// Thread safety: none.

#ifndef PROCTOR_FUZZ_SCENARIO_MUTATOR_H_
#define PROCTOR_FUZZ_SCENARIO_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "conformance/scenario/scenario.h"

namespace proctor::fuzz {

class ScenarioMutator {
 public:
  // The same seed makes the same changes.
  explicit ScenarioMutator(uint64_t seed) : random_(seed) {}

  // One to four changes: tasks, operations, events from outside, channels, descriptors, tunables or
  // the seed added, dropped, copied or made another. A valid scenario stays valid.
  Scenario Mutate(Scenario scenario);

  // Tasks and events of both, with the surroundings of the first. Both must be valid, and so is it.
  Scenario Cross(const Scenario& a, const Scenario& b);

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  int64_t DrawDuration();
  Operation DrawOperation(const Scenario& scenario);
  void ChangeOnce(Scenario& scenario);
  void ChangeTasks(Scenario& scenario);
  void ChangeOperations(Scenario& scenario, Task& task);
  void ChangeOutside(Scenario& scenario);
  void ChangeTunable(Scenario& scenario);
  void ChangeSurroundings(Scenario& scenario);

  std::mt19937_64 random_;
};

// The text of a scenario, changed: what libFuzzer's custom mutator does. A text that is none is
// replaced by a small one. Empty: what came of it is longer than `size_most` bytes.
std::string MutateText(std::string_view text, size_t size_most, uint64_t seed);
std::string CrossTexts(std::string_view a, std::string_view b, size_t size_most, uint64_t seed);

}  // namespace proctor::fuzz

#endif  // PROCTOR_FUZZ_SCENARIO_MUTATOR_H_
