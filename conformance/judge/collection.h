// Judges the collector by the times at which collections end: GC-1 and GC-5 (one is forced after
// the period, not before and not much later), GC-3 (none with the collector off), and STW-3 (a
// collection that is asked for stops a task that computes, and one in a system call).
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_COLLECTION_H_
#define PROCTOR_CONFORMANCE_JUDGE_COLLECTION_H_

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "conformance/judge/activity.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class CollectionJudge : public StampJudge {
 public:
  explicit CollectionJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  void OnCollection(const Event& event);
  void OnScenarioEnd(const Event& event);
  void TakeAge(const Event& event);
  void AddLate(const Event& event);
  void OnStopTheWorld(const Event& event);
  void OnExit(const Event& event);
  // From when on a stop of the world is late, for whatever reason.
  int64_t StopDueNs() const;
  int64_t LatestNs() const;
  // Tasks that compute, and that the runtime is to stop for a collection.
  int64_t Stoppable() const;
  // Nothing ends such an operation for the sake of a collection: a call that the runtime is not
  // told of, and a loop that calls nothing where loops are not stopped.
  bool HoldsUp(Op op) const;
  bool IsHeldUpNow() const;
  // ... or was so at some time since the last collection, which there was.
  bool WasHeldUp() const;

  const Tunables in_force_;
  const bool stops_loops_;
  Activity activity_;
  std::optional<Event> last_;  // the last collection
  // What else than age may cause a collection: somebody asked for it, or the heap grows.
  int64_t asked_until_ns_ = INT64_MIN;
  bool grows_ = false;
  int64_t held_up_until_ns_ = INT64_MIN;
  int64_t spawns_ = 0;
  Samples late_;

  struct Collect {
    Event begin;
    bool beside_one;  // task that is to be stopped
  };
  std::unordered_map<int64_t, Collect> collects_;
  Samples stopped_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_COLLECTION_H_
