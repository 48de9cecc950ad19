// What all parts of the virtual runtime share: each knows the whole, and says what happens.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_PART_H_
#define PROCTOR_CONFORMANCE_WORLD_PART_H_

#include <cstdint>
#include <string>

#include "conformance/evidence/event.h"
#include "conformance/world/deviation.h"
#include "conformance/world/state.h"

namespace proctor {

class VirtualRuntime;

class Part {
 public:
  explicit Part(VirtualRuntime& w) : w_(w) {}
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

 protected:
  // Events, traced as they happen.
  void Trace(EventKind kind, int32_t m, int32_t p = kNobody, int64_t g = kNobody, int64_t a = 0,
             int64_t b = 0, int64_t c = 0) const;
  void TraceRead(int32_t m, Variable variable, int64_t value, int32_t p = kNobody) const;
  void TraceWrite(int32_t m, Variable variable, int64_t value, int32_t p = kNobody,
                  int64_t g = kNobody) const;
  void TraceSwap(int32_t m, Variable variable, int64_t expected, int64_t value, bool won,
                 int32_t p = kNobody) const;

  // After the end of the world nothing is traced any more and every call returns at once.
  bool ended() const;
  int64_t now_ns() const;
  bool Deviates(Deviation deviation) const;

  M& ThreadOf(int32_t m) const;
  P& ProcessorOf(int32_t p) const;
  G& TaskAt(int32_t g) const;
  G& TaskOf(int32_t m) const;  // the one that the thread runs

  void Take(LockId lock, int32_t m) const;
  void Drop(LockId lock, int32_t m) const;
  void Then(int32_t m, Step step, int64_t delay_ns = 0) const;
  void SetStep(int32_t m, Step step) const;
  void Misuse(const std::string& what) const;

  VirtualRuntime& w_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_PART_H_
