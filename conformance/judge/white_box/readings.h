// What the monitor read of one thing during its duties. A decision must agree with one of
// the readings; that there are others accuses nobody.
//
// Thread safety: plain values.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_READINGS_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_READINGS_H_

#include <cstdint>

#include "conformance/judge/white_box/maybe.h"

namespace proctor::white_box {

class Readings {
 public:
  static Readings Unknown() {
    Readings readings;
    readings.count_ = kMost + 1;
    return readings;
  }

  void Add(int64_t value) {
    last_ = value;
    for (uint8_t i = 0; i < count_ && i < kMost; ++i) {
      if (values_[i] == value) return;
    }
    if (count_ < kMost) values_[count_] = value;
    if (count_ <= kMost) ++count_;
  }

  void Clear() { count_ = 0; }

  bool none() const { return count_ == 0; }
  // More values than are kept: anything may have been read.
  bool unknown() const { return count_ > kMost; }
  int64_t last() const { return last_; }

  template <typename Use>
  void ForEach(const Use& use) const {
    for (uint8_t i = 0; i < count_ && i < kMost; ++i) use(values_[i]);
  }
  bool Is(int64_t value) const { return count_ == 1 && values_[0] == value; }
  bool single() const { return count_ == 1; }

  // Whether `condition` is true of what was read. Nothing was read: neither.
  template <typename Condition>
  Maybe Are(const Condition& condition) const {
    if (unknown()) return Maybe::Unknown();
    Maybe maybe;
    for (uint8_t i = 0; i < count_; ++i) {
      (condition(values_[i]) ? maybe.yes : maybe.no) = true;
    }
    return maybe;
  }

 private:
  static constexpr uint8_t kMost = 3;

  int64_t values_[kMost] = {};
  int64_t last_ = 0;
  uint8_t count_ = 0;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_READINGS_H_
