// The monitor's network poll, what it does with the tasks that it finds, and when it leaves it:
// POLL-1 to POLL-5.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_NETWORK_POLL_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_NETWORK_POLL_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class NetworkPollJudge final : public WhiteBoxJudge {
 public:
  NetworkPollJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  // The brackets around an injection, in their order.
  enum class Bracket : uint8_t { kNone, kLowered, kInjecting, kInjected, kRaised };

  void Begin();
  void OnRead(const Event& event);
  void OnSwap(const Event& event);
  void OnPoll(const Event& event);
  void OnInject(const Event& event);
  void OnIdleLocked(const Event& event);
  void OnAdjust(const Event& event);
  void OnEnd(const Event& event);
  Maybe PollerIsReady() const;
  Maybe IsDue() const;
  std::string WhyNotDue() const;

  // What was read before the first step of the poll.
  Readings ready_flag_;
  Readings last_poll_;
  std::optional<Maybe> due_;  // settled by the first step
  int64_t swaps_ = 0;
  int64_t polls_ = 0;
  std::optional<Event> poll_;
  int64_t ready_ = 0;
  Bracket bracket_ = Bracket::kNone;
  int64_t adjusted_ = 0;  // times
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_NETWORK_POLL_H_
