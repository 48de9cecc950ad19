// What the scheduler asks of a collector. The default has no heap: nothing is ever due.
//
// Thread safety: each function says.

#ifndef PROCTOR_RUNTIME_SCHEDULER_COLLECTOR_HOOKS_H_
#define PROCTOR_RUNTIME_SCHEDULER_COLLECTOR_HOOKS_H_

#include <cstdint>

namespace proctor::runtime {

class CollectorHooks {
 public:
  virtual ~CollectorHooks() = default;

  // Whether there is a heap at all. Constant.
  virtual bool Enabled() const { return false; }
  // Heap growth in percent that starts a collection; negative: off. Any thread.
  virtual int32_t Percent() const { return -1; }
  // Marks and sweeps. By one thread, with the world stopped.
  virtual void Collect() {}
  // Gives free memory back to the system; may be called while tasks run, by one task at a time.
  virtual void Scavenge() {}
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_COLLECTOR_HOOKS_H_
