// What the monitor decides about each P: to ask for preemption, to take it, or nothing. SLICE-2,
// SLICE-3, SLICE-4, SLICE-6, SYS-1 to SYS-5, SYS-10, and the decisions of VER-3.
//
// At the end of a cycle's duties the judge says of each P what was due by what the monitor read of
// it or, where it did not look, by what was there all the time; and compares that with what was
// done.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_RETAKE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_RETAKE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/judge/white_box/sighting.h"
#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class RetakeJudge final : public WhiteBoxJudge {
 public:
  RetakeJudge(Tier tier, const Header& header, const State& state);

  void Observe(const Event& event) override;

 private:
  // Whether something was read, and was nothing or something: two bits.
  struct Zeroness {
    bool zero = false;
    bool more = false;
    int32_t last = -1;
    void Add(int64_t value) {
      (value > 0 ? more : zero) = true;
      last = static_cast<int32_t>(value);
    }
    bool none() const { return !zero && !more; }
    Maybe IsMore() const { return none() ? Maybe::Unknown() : Maybe{more, zero}; }
  };

  // What was read of one P, and done about it, in these duties.
  struct Visit {
    int64_t cycle = -1;
    uint8_t statuses = 0;  // those read, as bits
    Readings schedule_tick;
    Readings syscall_tick;
    Zeroness local;
    Zeroness spinning;
    Zeroness idle;
    int32_t requests = 0;
    int32_t takes = 0;  // swaps, won or lost, or taken by the task's lock
    int32_t brackets = 0;
    bool task_locked = false;
    bool won = false;
    bool unmoved = false;  // when asked to preempt, its tick was that of the scan before
    bool shown = false;    // something of the above is so

    void Begin(int64_t of_cycle) {
      cycle = of_cycle;
      statuses = 0;
      schedule_tick.Clear();
      syscall_tick.Clear();
      local = spinning = idle = {};
      requests = takes = brackets = 0;
      task_locked = won = unmoved = false;
      shown = true;
    }
  };
  struct Kept {
    Sighting schedule;
    Sighting syscall;
    bool requested = false;     // preemption, since the schedule tick was first seen
    int64_t largest_call = -1;  // the largest tick of a call so far
    // Calls left alone for nothing but their newness: before their ticks wrapped, and since then.
    bool left_new = false;
    int32_t left_wrapped = 0;

    // Ticks compared by order explain why calls since the wrap count as seen before: all but one
    // perhaps, the first after a call whose tick was read and not kept.
    bool ComparesByOrder(int64_t tick) const {
      return tick < largest_call && left_new && left_wrapped <= 1;
    }
  };

  void Begin();
  Visit& VisitOf(int32_t p);
  void OnRead(const Event& event);
  void SettleSlice(Visit& visit, int32_t p) const;
  void SettleCall(Visit& visit, int32_t p) const;
  void OnEffect(const Event& event);
  void OnEnd(const Event& event);
  void JudgeP(int32_t p, const Event& event);
  Maybe StatusIs(const Visit& visit, int32_t p, uint8_t statuses) const;
  const Readings& TickOf(const Readings& read, int32_t p, int64_t Processor::* tick);
  Maybe JudgeSlice(int32_t p, const Visit& visit, Maybe watched, const Event& event);
  void BlameRequest(int32_t p, const Readings& ticks, bool requested, const std::string& message,
                    const Event& event);
  void JudgeCall(int32_t p, const Visit& visit, Maybe in_call, Maybe expired, const Event& event);
  void BlameTake(int32_t p, const Visit& visit, bool fresh, bool expired, const Event& event);
  void JudgeByTaskLock(int32_t p, const Visit& visit, Maybe watched, const Event& event);
  Maybe Count(const Zeroness& read, Variable variable) const;
  Maybe HasLocalWork(int32_t p, const Visit& visit) const;
  bool IsShortIn32Bits(int64_t elapsed_ns) const;
  static bool IsWrapped(const Sighting& sighting);
  static bool MovedHigh(const Sighting& sighting);
  static bool IsNarrow(const Sighting& sighting);

  std::vector<Visit> visits_;
  std::vector<Kept> kept_;
  Readings unread_;              // what TickOf last gave of a tick that was not read
  int64_t last_scan_ns_ = -1;    // `now` of the duties before
  int32_t at_p_ = -1;            // the P that it looked at last
  int32_t changes_of_poll_ = 0;  // of the idle-locked count, that belong to an injection
  Zeroness spinning_;            // read before any P was looked at
  Zeroness idle_;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_RETAKE_H_
