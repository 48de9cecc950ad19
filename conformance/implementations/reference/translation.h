// The runtime's event trace as evidence: the same events, in the same order, in the words of the
// evidence.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_TRANSLATION_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_TRANSLATION_H_

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "conformance/evidence/event.h"
#include "runtime/trace/trace.h"

namespace proctor::reference {

class Translation {
 public:
  // `numbers`: the stamps' numbers g of the runtime's tasks; others get numbers behind them.
  explicit Translation(std::unordered_map<int64_t, int64_t> numbers);

  Event Translate(const runtime::TraceEvent& traced);

  // The kinds of events that a trace can hold.
  static std::vector<EventKind> Emits();

 private:
  int64_t NumberOf(int64_t task);

  std::unordered_map<int64_t, int64_t> numbers_;
  int64_t last_number_ = 0;
  std::array<int64_t, 64> sums_{};  // of variables whose changes are traced
};

}  // namespace proctor::reference

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_TRANSLATION_H_
