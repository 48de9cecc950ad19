// The threads: those that are idle, those that look for work, and what the deadlock check counts.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_THREADS_H_
#define PROCTOR_CONFORMANCE_WORLD_THREADS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Threads : private Part {
 public:
  using Part::Part;

  void Start();
  void CountNew(int32_t m);
  void AddIdle(int32_t m);
  void AddSystem(int32_t m);
  void AddIdleLocked(int32_t m, int32_t delta);
  // As the deadlock check counts them.
  int32_t Running() const;
  void BecomeSpinning(int32_t m);
  // Gives p to an idle or a new thread.
  void StartThread(int32_t m, int32_t p, bool spinning, bool sched_held = false);
  // Somebody has work for another thread; one that looks for work is enough.
  void WakeProcessor(int32_t m);
  void SetSpinning(int32_t m, int32_t by);

  M& At(int32_t m) { return ms_[static_cast<size_t>(m)]; }
  int32_t spinning() const { return spinning_; }

 private:
  std::vector<M> ms_;
  std::vector<int32_t> idle_ms_;
  int32_t spinning_ = 0;
  int32_t threads_ = 0;
  int32_t idle_locked_ = 0;
  int32_t system_threads_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_THREADS_H_
