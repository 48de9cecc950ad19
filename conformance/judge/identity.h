// Judges ID-1, from outside or by a trace: one monitor, from the process's start to its exit.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_IDENTITY_H_
#define PROCTOR_CONFORMANCE_JUDGE_IDENTITY_H_

#include <optional>

#include "conformance/judge/judge.h"
#include "conformance/judge/stalls.h"

namespace proctor {

class IdentityJudge : public Judge {
 public:
  IdentityJudge(Tier tier, const Header& header);

  void Observe(const Event& event) override;

 private:
  void JudgeAbsence(const Event& exit);

  const bool from_start_;
  std::optional<Event> process_started_;
  std::optional<Event> first_stamp_;  // of a task's operation
  std::optional<Event> last_stamp_;
  Stalls stalls_;
  std::optional<Event> started_;
  std::optional<Event> exited_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_IDENTITY_H_
