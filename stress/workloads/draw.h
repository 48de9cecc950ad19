// Numbers drawn from a seed: the same ones on every machine.
//
// Thread safety: none.

#ifndef PROCTOR_STRESS_WORKLOADS_DRAW_H_
#define PROCTOR_STRESS_WORKLOADS_DRAW_H_

#include <cstdint>
#include <initializer_list>

namespace proctor {

class Draw {
 public:
  explicit Draw(uint64_t seed) : state_(seed) {}

  // SplitMix64.
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // `least` to `most`, both included.
  int64_t Between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(Next() % static_cast<uint64_t>(most - least + 1));
  }
  template <typename T>
  T OneOf(std::initializer_list<T> values) {
    return values.begin()[Next() % values.size()];
  }

 private:
  uint64_t state_;
};

}  // namespace proctor

#endif  // PROCTOR_STRESS_WORKLOADS_DRAW_H_
