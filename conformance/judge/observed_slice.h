// Judges time slices by the monitor's signals: SLICE-3 (the turn that finds a slice over asks the
// task to yield; none asks before), and SYS-5 (a slice ends in short system calls too).
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OBSERVED_SLICE_H_
#define PROCTOR_CONFORMANCE_JUDGE_OBSERVED_SLICE_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/activity.h"
#include "conformance/judge/cycle.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class ObservedSliceJudge : public StampJudge {
 public:
  explicit ObservedSliceJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  // The task that computes on the only P, while nobody else stamps.
  struct Spin {
    Event begin;
    Event since;                         // its beginning, or the last request to yield
    int64_t fresh_since_ns;              // its slice began after this; INT64_MIN: not known
    bool asked = false;                  // to yield, since it began
    std::optional<int64_t> cpu_ns = {};  // the process's CPU time, read first after `since`
    bool taken = false;                  // the request at `since`, or what was sent before it
    int64_t seen_by_ns = INT64_MAX;      // the end of the first turn after that
  };

  // A task that waits behind one which does nothing but short calls.
  struct Behind {
    Event spawned;
    int64_t seen_by_ns = INT64_MAX;
    int64_t due_turns = 0;  // turns that found the slice over
    int64_t due_ns = 0;     // the last of them
  };

  void OnTurn(const Event& sleep);
  void OnTaken(const Event& event);
  void OnSignal(const Event& event);
  void OnCpuRead(int64_t cpu_ns);
  void OnStamp(const Event& event);
  void OnOther(const Event& event);

  const Tunables in_force_;
  Activity activity_;
  Cycle cycle_;
  int64_t yielded_by_ = -1;
  int64_t yielded_ns_ = INT64_MIN;
  std::optional<Spin> spin_;
  std::optional<Behind> behind_;

  Samples late_;      // SLICE-3
  Samples early_;     // SLICE-3
  Samples in_calls_;  // SYS-5
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_OBSERVED_SLICE_H_
