#include "runtime/trace/trace.h"

#include <algorithm>
#include <bit>

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"

namespace proctor::runtime {
namespace {

constexpr std::string_view kKindNames[] = {
#define TRACE_KIND(enumerator, name, arguments) name,
#include "runtime/trace/kinds.def"
};
constexpr std::string_view kVariableNames[] = {
#define TRACE_VARIABLE(enumerator, name) name,
#include "runtime/trace/kinds.def"
};

size_t RoundedUp(size_t capacity) { return std::bit_ceil(std::max<size_t>(capacity, 64)); }

}  // namespace

std::string_view TraceKindName(TraceKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

std::string_view TraceVariableName(TraceVariable variable) {
  return kVariableNames[static_cast<size_t>(variable)];
}

void Stamp(TraceEvent& event) { event.time_ns = NowNs(); }

TraceRing::TraceRing(size_t capacity)
    // Large ones stay the system's memory until they are written to.
    : slots_(static_cast<Ring::Slot*>(calloc(RoundedUp(capacity), sizeof(Ring::Slot))), free),
      ring_(slots_.get(), RoundedUp(capacity)) {
  if (slots_ == nullptr) Panic("out of memory for the event trace: smaller rings need less");
}

bool TraceRing::Write(std::atomic<uint64_t>& counter, const TraceEvent& event) {
  return ring_.Write(counter, event);
}

bool TraceRing::Read(TraceEvent& event) { return ring_.Read(event); }

TraceRing* Tracer::MakeRing() {
  if (ring_events_ == 0) return nullptr;
  auto ring = std::make_unique<TraceRing>(ring_events_);
  LockGuard guard(lock_);
  rings_.push_back(std::move(ring));
  return rings_.back().get();
}

void Tracer::Write(TraceRing* ring, TraceEvent& event) {
  if (ring != nullptr) {
    if (!ring->Write(counter_, event)) Lose();
    return;
  }
  LockGuard guard(lock_);
  if (shared_ == nullptr) {
    rings_.push_back(std::make_unique<TraceRing>(ring_events_));
    shared_ = rings_.back().get();
  }
  if (!shared_->Write(counter_, event)) Lose();
}

// Every event that this thread can have seen the effect of has a number by now.
void Tracer::Lose() {
  lost_.fetch_add(1, std::memory_order_relaxed);
  uint64_t none = UINT64_MAX;
  hole_.compare_exchange_strong(none, counter_.load(std::memory_order_seq_cst) + 1);
}

size_t TraceReader::Drain(const std::function<void(const TraceEvent&)>& sink) {
  const size_t sorted = held_.size();
  {
    LockGuard guard(tracer_.lock_);
    TraceEvent event;
    for (const auto& ring : tracer_.rings_) {
      while (ring->Read(event)) held_.push_back(event);
    }
  }
  const auto earlier = [](const TraceEvent& a, const TraceEvent& b) { return a.order < b.order; };
  const auto middle = held_.begin() + static_cast<ptrdiff_t>(sorted);
  std::sort(middle, held_.end(), earlier);
  std::inplace_merge(held_.begin(), middle, held_.end(), earlier);

  size_t given = 0;
  const uint64_t hole = tracer_.hole_.load(std::memory_order_seq_cst);
  while (given < held_.size() && held_[given].order == next_ && next_ < hole) {
    TraceEvent& event = held_[given++];
    ++next_;
    // A thread may be kept from running between taking a number and reading the clock.
    last_time_ns_ = event.time_ns = std::max(event.time_ns, last_time_ns_);
    sink(event);
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<ptrdiff_t>(given));
  return given;
}

}  // namespace proctor::runtime
