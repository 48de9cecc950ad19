// A census of the branches of the contract's rules: how often each term of a rule was the one that
// decided, each comparison stood exactly at its border or a nanosecond beside it, and each counter
// and time was wider than a careless monitor keeps it. What was never met cannot have been judged.
//
// It looks at the events of a world in which a right monitor runs that reads as the reference does.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_BRANCH_CENSUS_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_BRANCH_CENSUS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/tunables.h"
#include "conformance/evidence/event.h"
#include "conformance/world/world.h"

namespace proctor {

enum class Branch {
#define BRANCH(enumerator, rule, text) enumerator,
#include "conformance/campaign/branches.def"
#undef BRANCH
};

inline constexpr size_t kBranches = 0
#define BRANCH(...) +1
#include "conformance/campaign/branches.def"
#undef BRANCH
    ;

struct BranchText {
  std::string_view rule;  // "GC-1"
  std::string_view text;
};
BranchText TextOf(Branch branch);

class BranchCensus : public EventSink {
 public:
  // A world begins.
  void Begin(const Tunables& tunables);
  void Observe(const Event& event) override;

  int64_t count(Branch branch) const { return counts_[static_cast<size_t>(branch)]; }
  // A line for each branch.
  std::string Table() const;

 private:
  struct Sighting {
    bool seen = false;
    int64_t tick = 0;
    int64_t since_ns = 0;
  };
  struct Visited {
    Sighting schedule;
    Sighting syscall;
    int64_t local_work = 0;
  };

  void Meet(Branch branch) { ++counts_[static_cast<size_t>(branch)]; }
  void MeetIf(bool met, Branch branch) {
    if (met) Meet(branch);
  }
  void OnWrite(const Event& event);
  void OnRead(const Event& event);
  void OnTick(Sighting& sighting, int64_t tick, int64_t limit_ns, bool schedule);
  void OnCounts();
  void OnLastPoll(int64_t last_ns);
  void OnCollector(const Event& event);
  void OnDeepSleep(const Event& event);
  void OnShallowSleep(int64_t duration_ns);
  void OnLock(const Event& event);
  void OnTake();
  int64_t value(Variable variable) const { return values_[static_cast<size_t>(variable)]; }
  Visited& At(int32_t p);

  std::array<int64_t, kBranches> counts_{};

  // Of the present world.
  Tunables tunables_;
  std::array<int64_t, kVariables> values_{};  // as last written; nobody's
  int32_t monitor_ = -1;
  int64_t now_ns_ = 0;
  int64_t cycles_ = 0;
  int64_t idle_cycles_ = 0;
  int64_t traced_ns_ = 0;
  static constexpr int64_t kUnseen = INT64_MIN;
  int64_t first_percent_ = kUnseen;  // of the collector, as first read
  int64_t taken_ = 0;                // since the last shallow sleep
  int32_t visited_p_ = -1;           // whose local work was read last
  int64_t spinning_ = 0;
  bool in_duties_ = false;
  bool timed_out_ = false;    // in a deep sleep, and has not taken the sched lock since
  int64_t refreshed_ns_ = 0;  // 0: never
  int64_t delay_ns_ = 0;      // of the last shallow sleep
  int64_t delays_ = 0;        // of that length, one after the other
  int32_t empty_p_ = -1;      // the last place that the scan found empty
  std::vector<Visited> visited_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_BRANCH_CENSUS_H_
