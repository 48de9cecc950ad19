// What a page shows of a piece of evidence besides its verdicts: the staircase of the monitor's
// delays, and how quiet the machine was.
//
// Memory: at most kCadenceEventsMost events. Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_REPORT_CADENCE_H_
#define PROCTOR_CONFORMANCE_REPORT_CADENCE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "conformance/evidence/event.h"

namespace proctor {

inline constexpr size_t kCadenceEventsMost = 600;

// The sleeps of one monitor: a shallow one only where its duration is not that of the one before,
// and between them the deep sleeps with their ends, the hand-offs and the preemptions.
struct Cadence {
  std::string name;           // the scenario's, or "observed"
  std::vector<Event> events;  // by time
  int64_t sleeps = 0;         // of all kinds, those included that are not among the events
  bool is_cut = false;        // more happened after the last event

  bool operator==(const Cadence&) const = default;
};

// How long a canary thread was kept from running, in all the evidence.
struct Noise {
  int64_t stalls = 0;
  int64_t longest_ns = 0;
  int64_t total_ns = 0;
  int64_t watched_ns = 0;  // from the first event to the last of each piece

  void Merge(const Noise& other);
  bool operator==(const Noise&) const = default;
};

class CadenceRecorder {
 public:
  // Every event, by time.
  void Observe(const Event& event);

  Cadence cadence(std::string name) const;
  const Noise& noise() const { return noise_; }

 private:
  bool Shows(const Event& event);

  Cadence cadence_;
  Noise noise_;
  int64_t first_ns_ = -1;
  int64_t shallow_ns_ = -1;  // as the last one asked for; -1: none before
  std::array<int64_t, kEventKinds>
      shown_ns_{};  // when an event of the kind was kept last; 0: never
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_CADENCE_H_
