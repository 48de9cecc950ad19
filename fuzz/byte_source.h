// Numbers, choices and texts out of a fuzzer's bytes. What is drawn after the end is 0 and empty,
// so any bytes are a complete input.
//
// Thread safety: none.

#ifndef PROCTOR_FUZZ_BYTE_SOURCE_H_
#define PROCTOR_FUZZ_BYTE_SOURCE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace proctor::fuzz {

class ByteSource {
 public:
  ByteSource(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool empty() const { return next_ >= size_; }
  // Bytes not yet drawn.
  size_t left() const { return size_ - next_; }

  uint8_t Byte() { return empty() ? 0 : data_[next_++]; }
  bool Bit() { return (Byte() & 1) != 0; }

  // Little endian.
  uint64_t Word() {
    uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word |= uint64_t{Byte()} << (8 * i);
    return word;
  }

  // 0 up to `bound` - 1; `bound` is at least 1 and at most 65536.
  size_t Below(size_t bound) {
    size_t drawn = Byte();
    if (bound > 256) drawn |= size_t{Byte()} << 8;
    return drawn % bound;
  }

  // Any number; those at which arithmetic turns are likely.
  int64_t Number() {
    using Limits = std::numeric_limits<int64_t>;
    constexpr std::array<int64_t, 14> kTurns = {0,
                                                1,
                                                -1,
                                                2,
                                                999'999'999,
                                                1'000'000'000,
                                                20'000,
                                                10'000'000,
                                                60'000'000'000,
                                                std::numeric_limits<int32_t>::max(),
                                                std::numeric_limits<int32_t>::min(),
                                                Limits::max(),
                                                Limits::min(),
                                                Limits::max() / 1'000'000'000};
    const size_t choice = Below(kTurns.size() + 4);
    if (choice < kTurns.size()) return kTurns[choice];
    if (choice == kTurns.size()) return static_cast<int64_t>(Word());
    return static_cast<int64_t>(Below(65'536)) * (choice == kTurns.size() + 1 ? 1 : 1'000);
  }

  // At most 255 bytes, of any kind.
  std::string Text() {
    const size_t length = std::min<size_t>(Byte(), left());
    std::string text(reinterpret_cast<const char*>(data_ + next_), length);
    next_ += length;
    return text;
  }

 private:
  const uint8_t* const data_;
  const size_t size_;
  size_t next_ = 0;
};

}  // namespace proctor::fuzz

#endif  // PROCTOR_FUZZ_BYTE_SOURCE_H_
