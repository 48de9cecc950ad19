// The processors: their list, who has which, and which are idle.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_PROCESSORS_H_
#define PROCTOR_CONFORMANCE_WORLD_PROCESSORS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Processors : private Part {
 public:
  explicit Processors(VirtualRuntime& w);

  void Start();
  void Grow(int32_t count);
  void SetCount(int32_t m, int32_t count);
  void SetProcs(int32_t m, int32_t procs);
  void AskForSafePoint(int32_t m);
  // The tick moves, as m says.
  void MoveScheduleTick(int32_t m, int32_t p);
  void MoveSyscallTick(int32_t m, int32_t p);
  void Acquire(int32_t m, int32_t p);
  void Release(int32_t m, int32_t status);
  // Under sched; kNobody: there is none.
  int32_t GetIdle(int32_t m);
  // Under sched.
  void PutIdle(int32_t m, int32_t p);
  // A pending safe-point function is claimed by who comes first.
  void RunSafePoint(int32_t m, int32_t p);

  P& At(int32_t p) { return ps_[static_cast<size_t>(p)]; }
  int32_t procs() const { return procs_; }  // the contract's `procs`
  int32_t count() const { return count_; }  // the length of the list
  int32_t made() const { return static_cast<int32_t>(ps_.size()); }
  int32_t idle() const { return static_cast<int32_t>(idle_ps_.size()); }

 private:
  std::vector<P> ps_;
  std::vector<int32_t> idle_ps_;
  int32_t procs_ = 0;
  int32_t count_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_PROCESSORS_H_
