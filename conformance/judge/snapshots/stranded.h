// Work that waits on the queue of a busy P while another one is idle and nobody looks for work:
// HAND-8. Who adds work, and who finds some, wakes a thread for an idle P.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_STRANDED_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_STRANDED_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "conformance/judge/snapshots/snapshot_judge.h"

namespace proctor::snapshots {

class StrandedJudge final : public SnapshotJudge {
 public:
  StrandedJudge(const Header& header, const View& view);
  void Observe(const Event& event) override;

 private:
  void OnCycle(const Event& event);
  // All the time a task was on the P's queue, another P was idle, and no thread looked for work.
  bool IsStranded(size_t p) const;
  // A P that was idle at the end of the last cycle is so no longer.
  bool OneWasPutToWork() const;

  struct Wait {
    int64_t cycles = 0;
    std::optional<Event> begin;  // the end of the first of them
  };
  std::vector<Wait> waits_;     // by P
  std::vector<bool> was_idle_;  // ... at the end of the last cycle
  int64_t stranded_ = 0;        // how often work waited for very many cycles
  int64_t served_ = 0;
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_STRANDED_H_
