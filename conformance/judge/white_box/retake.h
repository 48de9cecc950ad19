// The monitor's scan of the processors, decided step by step from what it read: SLICE-1 to SLICE-4,
// SYS-1 to SYS-7,
// SYS-10 and VER-3.
//
// The judge keeps its own stamps and says of each P whether a preemption request, a take, or
// nothing was due.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_RETAKE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_RETAKE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class RetakeJudge final : public WhiteBoxJudge {
 public:
  RetakeJudge(Tier tier, const Header& header, const State& state);

  void Observe(const Event& event) override;

 private:
  struct Stamp {
    bool valid = false;  // there was a sighting
    int64_t tick = 0;
    int64_t since_ns = 0;
    int64_t before_ns = 0;   // since when it was the tick before it; 0: there was none
    bool wrapped = false;    // the tick before it was larger
    bool requested = false;  // preemption, on account of it
  };
  struct Stamps {
    Stamp schedule;
    Stamp syscall;
  };
  // What the monitor did about one P in this scan.
  struct Visit {
    explicit Visit(const Event& read) : status_read(read), status(read.Get(Arg::kValue)) {}

    Event status_read;
    int64_t status;
    std::optional<Event> schedule_tick;
    std::optional<Event> syscall_tick;
    int64_t local_work = -1;  // -1: not read
    int64_t spinning = -1;
    int64_t idle = -1;
    std::optional<Event> requested;
    std::optional<Event> tried;  // to take: the swap, won or lost
    bool won = false;
    bool bumped = false;
    bool handed_off = false;
    int64_t lowered = 0;  // idle-locked, net
    bool was_lowered = false;
    bool gone = false;  // a second look at the status found no system call
    bool all_p_dropped = false;
    bool task_locked = false;
  };

  void OnScanEvent(const Event& event);
  void BeginVisit(const Event& event);
  void EndVisit(const Event& event);
  bool JudgeSlice(Stamps& stamps);
  void JudgeSyscall(Stamps& stamps, bool expired, const Event& event);
  void JudgeTake();
  Stamps& StampsOf(int32_t p);
  bool ByTaskLock() const { return (profile_ & kSince1_26) != 0; }

  std::vector<Stamps> stamps_;
  bool scanning_ = false;
  int32_t next_p_ = 0;
  int64_t length_ = 0;
  bool length_read_ = false;
  std::optional<Visit> visit_;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_RETAKE_H_
