// A mutator: makes broken and hostile texts of good ones. The same seed makes the same texts.
//
// Thread safety: none; one thread at a time.

#ifndef PROCTOR_CONFORMANCE_COMMAND_MUTATOR_H_
#define PROCTOR_CONFORMANCE_COMMAND_MUTATOR_H_

#include <cstdint>
#include <random>
#include <string>

namespace proctor {

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  // One number or string replaced, or one to four changes of any kind: bytes flipped, pieces cut,
  // doubled, swapped or moved, numbers and strings replaced by extreme ones, tokens put in, the end
  // cut off.
  std::string Mutate(std::string text);

 private:
  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  void ChangeOnce(std::string& text);
  void ReplaceNumber(std::string& text);
  void ReplaceString(std::string& text);
  void SwapLines(std::string& text);

  std::mt19937_64 random_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_MUTATOR_H_
