// libFuzzer's hooks for targets whose inputs are scenarios: it changes scenarios, not bytes.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "fuzz/fuzz_target.h"
#include "fuzz/scenario_mutator.h"

namespace {

size_t Hand(const std::string& text, uint8_t* to, size_t otherwise) {
  if (text.empty()) return otherwise;
  std::ranges::copy(text, to);
  return text.size();
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t size_most,
                                          unsigned seed) {
  using namespace proctor::fuzz;
  return Hand(MutateText(AsText(data, size), size_most, seed), data, size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* a, size_t a_size, const uint8_t* b,
                                            size_t b_size, uint8_t* out, size_t size_most,
                                            unsigned seed) {
  using namespace proctor::fuzz;
  return Hand(CrossTexts(AsText(a, a_size), AsText(b, b_size), size_most, seed), out, 0);
}
