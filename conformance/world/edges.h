// Edges: the moments at which a monitor that keeps the contract compares something for equality:
// the last poll, the last collection, the last trace line or look at the machine, or a sighting is
// exactly as old as it asks for, or the earliest timer is due.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_EDGES_H_
#define PROCTOR_CONFORMANCE_WORLD_EDGES_H_

#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Edges : private Part {
 public:
  using Part::Part;

  // What the monitor sees.
  void SeeNow(int64_t now_ns) { now_seen_ns_ = now_ns; }
  void SeeScheduleTick(int32_t p, uint32_t tick);
  void SeeSyscallTick(int32_t p, uint32_t tick);
  void SeeTraceLine() { trace_line_ns_ = now_seen_ns_; }
  void SeeRefresh() { refresh_ns_ = now_seen_ns_; }

  // The next one from that moment on; kNoTimer: there is none.
  int64_t NextNs(int64_t from_ns) const;
  // The same of the earliest timer alone.
  int64_t NextTimerNs(int64_t from_ns) const;

 private:
  struct Sighting {
    uint32_t tick = 0;
    int64_t since_ns = 0;  // 0: not seen yet
  };
  struct Sightings {
    Sighting schedule;
    Sighting syscall;
  };
  void See(int32_t p, Sighting Sightings::* kind, uint32_t tick);
  void Remember(int32_t p, Sighting Sightings::* kind, uint32_t tick);

  int64_t now_seen_ns_ = 0;
  int64_t trace_line_ns_ = 0;  // 0: there was none
  int64_t refresh_ns_ = 0;     // 0: there was none
  std::vector<Sightings> sightings_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_EDGES_H_
