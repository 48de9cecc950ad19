// Blocks of bytes in, whole lines out.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_LINE_BUFFER_H_
#define PROCTOR_CONFORMANCE_ADAPTER_LINE_BUFFER_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace proctor {

class LineBuffer {
 public:
  void Append(std::string_view block) {
    // Lines already taken go in one move per block, not one per line.
    bytes_.erase(0, taken_);
    taken_ = 0;
    bytes_.append(block);
  }

  // The next line without its line feed; false: there is no whole one yet.
  bool TakeLine(std::string& line) {
    const size_t end = bytes_.find('\n', taken_);
    if (end == std::string::npos) return false;
    line.assign(bytes_, taken_, end - taken_);
    taken_ = end + 1;
    return true;
  }

  // Bytes that have not been taken.
  size_t size() const { return bytes_.size() - taken_; }

  void Clear() {
    bytes_.clear();
    taken_ = 0;
  }

 private:
  std::string bytes_;
  size_t taken_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_LINE_BUFFER_H_
