#include "conformance/judge/snapshots/snapshots.h"

#include <utility>
#include <vector>

#include "conformance/judge/snapshots/collection.h"
#include "conformance/judge/snapshots/deep_sleep.h"
#include "conformance/judge/snapshots/duties.h"
#include "conformance/judge/snapshots/hand_off.h"
#include "conformance/judge/snapshots/poll.h"
#include "conformance/judge/snapshots/request.h"
#include "conformance/judge/snapshots/retake.h"
#include "conformance/judge/snapshots/slice.h"
#include "conformance/judge/snapshots/snapshot_judge.h"
#include "conformance/judge/snapshots/stranded.h"
#include "conformance/judge/snapshots/view.h"
#include "conformance/judge/white_box/cadence.h"
#include "conformance/judge/white_box/state.h"

namespace proctor::snapshots {
namespace {

// What the cadence depends on.
constexpr int64_t kCadenceNeeds = kWatchHandOff | kWatchPreemptRequest | kWatchInject;

class SnapshotPanel final : public Judge {
 public:
  explicit SnapshotPanel(const Header& header) : Judge(kD, {}), cadence_(kD, header, state_) {
    judges_.push_back(std::make_unique<SliceJudge>(header, view_));
    judges_.push_back(std::make_unique<RetakeJudge>(header, view_));
    judges_.push_back(std::make_unique<DeepSleepJudge>(header, view_));
    judges_.push_back(std::make_unique<DutiesJudge>(header, view_));
    judges_.push_back(std::make_unique<PollJudge>(header, view_));
    judges_.push_back(std::make_unique<HandOffJudge>(header, view_));
    judges_.push_back(std::make_unique<RequestJudge>(header, view_));
    judges_.push_back(std::make_unique<CollectionJudge>(header, view_));
    judges_.push_back(std::make_unique<StrandedJudge>(header, view_));
    cadence_.Lose();
  }

  void Observe(const Event& event) override {
    view_.TakeBefore(event);
    if (event.kind == EventKind::kSnapshot) {
      OnSnapshot(event);
    } else if (event.kind != EventKind::kWrite || event.m >= 0) {
      for (const auto& judge : judges_) judge->Observe(event);
      if (event.kind != EventKind::kWrite && event.kind != EventKind::kRead) ShowCadence(event);
    }
    view_.TakeAfter(event);
  }

  void Close() override {
    for (const auto& judge : judges_) Take(*judge);
    Take(cadence_);
  }

 private:
  void OnSnapshot(const Event& event) {
    if (state_.monitor() < 0) {
      Event start = MakeEvent(event.time_ns, EventKind::kMonitorStart);
      start.m = event.m;
      state_.Apply(start);
    }
    cadence_shown_ = (event.Get(Arg::kWatched) & kCadenceNeeds) == kCadenceNeeds;
  }

  // It needs to see every retake.
  void ShowCadence(const Event& event) {
    if (!cadence_shown_ || view_.dying() || event.kind == EventKind::kGap) {
      cadence_.Lose();
    } else {
      if (event.kind == EventKind::kShallowSleep && view_.WasWokenBeforeItSlept()) {
        cadence_.Lose();
      } else if (event.kind == EventKind::kShallowSleep && view_.MayHaveBeenWoken()) {
        cadence_.MayHaveBeenWoken();
      }
      cadence_.Observe(event);
    }
  }

  void Take(Judge& judge) {
    judge.Close();
    std::vector<Ruling> decided;
    for (const Ruling& ruling : judge.TakeRulings()) {
      if ((GetClause(ruling.clause).tiers & kD) != 0) decided.push_back(ruling);
    }
    Adopt(decided);
  }

  View view_;
  std::vector<std::unique_ptr<SnapshotJudge>> judges_;
  white_box::State state_;  // for the cadence's judge: who the monitor is
  white_box::CadenceJudge cadence_;
  bool cadence_shown_ = false;
};

}  // namespace

std::unique_ptr<Judge> MakeSnapshotPanel(const Header& header) {
  if (!header.emits[static_cast<size_t>(EventKind::kSnapshot)]) return nullptr;
  return std::make_unique<SnapshotPanel>(header);
}

}  // namespace proctor::snapshots
