// Judges whether tasks that compute on the only P have their turns in line (HAND-8): who lost the P
// is behind all that waited then, and runs again when each of them had its slice.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_IN_LINE_H_
#define PROCTOR_CONFORMANCE_JUDGE_IN_LINE_H_

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "conformance/judge/activity.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class InLineJudge : public StampJudge {
 public:
  explicit InLineJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  static constexpr size_t kTasksMost = 4096;

  // A task that computes: its last stamp, and how many others could run or had been spawned then.
  struct Computing {
    Event stamp;
    int64_t others;
    int64_t spawned;
  };

  void OnStamp(const Event& event);

  const Tunables in_force_;
  Activity activity_;
  std::unordered_map<int64_t, Computing> computing_;
  std::unordered_set<int64_t> elsewhere_;  // tasks inside an operation that does not compute
  int64_t spawned_ = 0;
  Samples waits_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_IN_LINE_H_
