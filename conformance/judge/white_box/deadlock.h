// The deadlock check and what it ends in: DEAD-1 to DEAD-6.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DEADLOCK_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DEADLOCK_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class DeadlockJudge final : public WhiteBoxJudge {
 public:
  DeadlockJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;
  void Close() override;

 private:
  void OnCheck(const Event& event);
  void OnReport(const Event& event);
  void Owe(const Event& event);

  bool ended_ = false;          // the process
  std::optional<Event> check_;  // the last one that must end in something
  enum class Due { kNothing, kReport, kError };
  Due due_ = Due::kNothing;
  int64_t events_since_ = 0;
  // Injections and hand-offs under way: tasks or a P may be on their way to a thread that does not
  // count yet.
  int64_t under_way_ = 0;
  bool in_window_ = false;  // at the last check some were
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_DEADLOCK_H_
