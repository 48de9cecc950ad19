// The agenda: what happens when. Equal times come in the order in which they were entered.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_AGENDA_H_
#define PROCTOR_CONFORMANCE_WORLD_AGENDA_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace proctor {

struct Appointment {
  int64_t time_ns;
  uint64_t order;
  int32_t who;     // a thread's number, or one of the world's own actors
  uint32_t stamp;  // an appointment whose stamp is no longer its thread's has been called off
};

class Agenda {
 public:
  bool empty() const { return heap_.empty(); }
  const Appointment& first() const { return heap_.front(); }

  void Add(int64_t time_ns, int32_t who, uint32_t stamp) {
    heap_.push_back({time_ns, ++order_, who, stamp});
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }

  // One of them has been called off. They are only skipped when their time comes, and swept out
  // before they are the most: `called_off(appointment)` says which.
  template <typename Predicate>
  void NoteCalledOff(Predicate called_off) {
    ++called_off_;
    if (called_off_ < kSweepLeast || 2 * called_off_ < heap_.size()) return;
    std::erase_if(heap_, called_off);
    std::make_heap(heap_.begin(), heap_.end(), Later);
    called_off_ = 0;
  }

  Appointment Pop() {
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    const Appointment first = heap_.back();
    heap_.pop_back();
    return first;
  }

 private:
  static bool Later(const Appointment& a, const Appointment& b) {
    return a.time_ns != b.time_ns ? a.time_ns > b.time_ns : a.order > b.order;
  }

  static constexpr size_t kSweepLeast = 64;

  std::vector<Appointment> heap_;
  size_t called_off_ = 0;  // of those in the heap, at most: some have been skipped since
  uint64_t order_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_AGENDA_H_
