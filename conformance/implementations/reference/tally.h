// What the adapter gathers of a scenario whose operations are not stamped (PROTOCOL.md): counts,
// and histograms of how long operations took beyond what they were asked for.
//
// Thread safety: any thread, but Report once all tasks have ended.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_TALLY_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_TALLY_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "conformance/adapter/gathered.h"
#include "conformance/evidence/event.h"
#include "conformance/statistics/histogram.h"

namespace proctor::reference {

class Tally {
 public:
  // The counts of one task, given to all at its end.
  struct Own {
    std::array<int64_t, kOps> begun{};
    std::array<int64_t, kOps> done{};
    int64_t still_ns = 0;

    void Done(Op op, int64_t beyond_ns);
  };

  void NoteSpan(Op op, int64_t beyond_ns) { Add(static_cast<size_t>(op), beyond_ns); }
  void NoteStart(int64_t after_ns) { Add(kOps, after_ns); }
  void NoteBytes(int64_t bytes) { bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  void NoteCalls(int64_t calls) { calls_.fetch_add(calls, std::memory_order_relaxed); }
  // One was set, if `sets`, and one that was still to fire was stopped, if `stops`.
  void NoteTimer(bool sets, bool stops) {
    timers_set_.fetch_add(sets ? 1 : 0, std::memory_order_relaxed);
    timers_stopped_.fetch_add(stops ? 1 : 0, std::memory_order_relaxed);
  }
  void NoteFired() { timers_fired_.fetch_add(1, std::memory_order_relaxed); }
  void Take(const Own& own, int64_t g);

  // The member "gathered", of `spawned` runs of tasks and `left` messages in channels.
  std::string Report(int64_t spawned, int64_t left) const;

 private:
  struct Span {
    std::array<std::atomic<int64_t>, Histogram::kBucketsMost> buckets{};
    std::atomic<int64_t> max{0};
  };

  void Add(size_t span, int64_t ns);

  // Large, and mostly never touched.
  const std::unique_ptr<std::array<Span, kOps + 1>> spans_ =
      std::make_unique<std::array<Span, kOps + 1>>();
  std::array<std::atomic<int64_t>, kOps> begun_{};
  std::array<std::atomic<int64_t>, kOps> done_{};
  std::atomic<int64_t> ended_{0};
  std::atomic<int64_t> bytes_{0};
  std::atomic<int64_t> calls_{0};
  std::atomic<int64_t> timers_set_{0};
  std::atomic<int64_t> timers_stopped_{0};
  std::atomic<int64_t> timers_fired_{0};
  std::atomic<int64_t> still_ns_{0};
  std::atomic<int64_t> still_g_{0};  // of about still_ns_
};

}  // namespace proctor::reference

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_TALLY_H_
