// Judges SYS-3 as seen from outside: a system call that is longer than the cap loses its P also in
// a process where nothing else is to be done, which shows by the monitor's deep sleep: it needs
// every P idle.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_BLOCKED_ALONE_H_
#define PROCTOR_CONFORMANCE_JUDGE_BLOCKED_ALONE_H_

#include <cstdint>
#include <unordered_map>

#include "conformance/judge/activity.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class BlockedAloneJudge : public StampJudge {
 public:
  BlockedAloneJudge(Tier tier, const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  // A task's open `block`, and whether it ran alone and the monitor slept deep during it.
  struct Block {
    Event begin;
    bool alone = true;
    bool slept_deep = false;
  };

  void OnEnd(const Event& event);

  const Tunables tunables_;
  const int64_t due_ns_;  // how long a call has to be to be a test
  Activity activity_;
  std::unordered_map<int64_t, Block> blocks_;
  Samples kept_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_BLOCKED_ALONE_H_
