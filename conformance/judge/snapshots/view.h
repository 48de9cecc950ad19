// What snapshots show of one cycle of the monitor: the state when it woke up, the state now, and
// the functions that it came by in between.
//
// Between two snapshots others may have changed anything, any number of times. What a judge
// concludes must hold whatever they did; the predicates here say what is certain.
//
// Memory: grows with the number of processors, not with the length of the evidence.
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_VIEW_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_VIEW_H_

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "conformance/evidence/event.h"

namespace proctor::snapshots {

// The values of the variable `status` of a processor.
enum Status : int64_t { kNotMade, kIdle, kRunning, kInSyscall, kStopped, kDead };

using Values = std::array<int64_t, kVariables>;

// The variables as one snapshot has them.
struct Picture {
  Values values{};
  std::vector<Values> processors;  // one that has gone keeps what it had, and may come back

  // Those that are there. A snapshot tells their number before what has become of the last one.
  size_t count() const {
    const int64_t told = (*this)[Variable::kProcessorCount];
    return told <= 0 ? processors.size() : std::min(processors.size(), static_cast<size_t>(told));
  }
  int64_t operator[](Variable variable) const { return values[static_cast<size_t>(variable)]; }
  int64_t Of(size_t p, Variable variable) const {
    return p < count() ? processors[p][static_cast<size_t>(variable)] : 0;
  }
};

class View {
 public:
  // Judges see an event when the View has taken it in, except the shallow sleep and wake-ups, which
  // end what they see.
  void TakeBefore(const Event& event);
  void TakeAfter(const Event& event);

  // No event is missing since the last wake-up, so this cycle can be judged.
  bool whole() const { return whole_; }
  // The process is ending on a fatal error, and nothing is judged any more.
  bool dying() const { return dying_; }
  bool Knows(Variable variable) const { return known_[static_cast<size_t>(variable)]; }

  // At the wake-up that this cycle's duties followed, and at the last stop.
  const Picture& before() const { return before_; }
  const Picture& now() const { return now_; }
  // The `now` of the duties lies between this and the next stop of the cycle.
  int64_t woke_ns() const { return woke_ns_; }
  size_t processors() const { return now_.count(); }

  // The functions that the monitor came by in this cycle, in order; polls and signals too.
  const std::vector<Event>& steps() const { return steps_; }
  // Those that stopped it at every snapshot of the cycle, as in Arg::kWatched.
  bool Watched(int64_t function) const { return (watched_ & function) != 0; }
  bool slept_deep() const { return slept_deep_; }
  bool Has(EventKind kind) const;
  bool Has(EventKind kind, size_t p) const;

  // Both snapshots have the same value. A time does not come back; a count may have moved and
  // moved back.
  bool Same(Variable variable) const { return before_[variable] == now_[variable]; }
  bool SameOf(size_t p, Variable variable) const {
    return p < before_.count() && p < now_.count() &&
           before_.Of(p, variable) == now_.Of(p, variable);
  }

  // The processor may have had this tick between the two: they have 32 bits, and wrap.
  bool MayHaveHad(size_t p, Variable tick, int64_t value) const;

  // No collection stopped the world.
  bool Unstopped() const;
  // The processor was busy all the time: running one task, or in a system call, in one time slice.
  // A thread that has just got an idle one runs none yet, and the slice is that of the last.
  bool Busy(size_t p) const;
  // It was idle all the time, and counted as such.
  bool Idle(size_t p) const;
  // Some processor other than p was.
  bool AnotherIdle(size_t p) const;
  // Every processor was.
  bool AllIdle() const;
  // The monitor published its flag in this cycle and did not sleep deep: it was woken before it
  // could. It may have been, unseen.
  bool WasWokenBeforeItSlept() const { return published_ && !slept_deep_; }
  bool MayHaveBeenWoken() const;
  // The earliest of the processors' timers; INT64_MAX: there is none.
  static int64_t EarliestTimer(const Picture& picture);

 private:
  static constexpr size_t kProcessorsMostHere = 64;

  Values& ProcessorOf(int32_t p);
  bool IdleAreCounted() const;
  bool SameTask(size_t p) const;

  Picture before_;
  Picture now_;
  std::bitset<kVariables> known_;
  std::bitset<kProcessorsMostHere> moved_;  // processors whose status changed in this cycle
  std::vector<Event> steps_;
  int64_t woke_ns_ = 0;
  int64_t watched_ = 0;
  bool whole_ = false;
  bool dying_ = false;
  bool slept_deep_ = false;
  bool published_ = false;  // the flag of a deep sleep, in this cycle
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_VIEW_H_
