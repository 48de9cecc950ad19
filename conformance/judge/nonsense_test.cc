// Evidence that no runtime could have made: well-formed events in any order, with any numbers. The
// judges say what they like of it, but of every clause, and go on.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "conformance/judge/panel.h"

namespace proctor {
namespace {

class Nonsense {
 public:
  explicit Nonsense(uint64_t seed) : random_(seed) {}

  Event Next() {
    Event event;
    using enum EventKind;
    // Mostly what a monitor's duties are made of, so that the judges come far.
    event.kind = Below(4) == 0
                     ? static_cast<EventKind>(Below(kEventKinds))
                     : Pick<EventKind>({kRead, kRead, kRead, kWrite, kSwap, kLock, kUnlock});
    if (event.kind == kGap && Below(1000) != 0) event.kind = kShallowSleep;
    event.time_ns = time_ns_ += Pick<int64_t>({0, 1, 20'000, 10'000'000, 60'000'000'000});
    event.m = event.kind == kMonitorStart || Below(4) != 0
                  ? kMonitor
                  : Pick<int32_t>({-1, 0, 1, 2, 3, 1023, 1024, INT32_MAX});
    event.p = Pick<int32_t>({-1, 0, 1, 2, 7, kProcessorsMost - 1});
    event.g = Pick<int64_t>({-1, 0, 1, 2, 1 << 20, 1'000'000'000, 1'000'000'001, INT64_MAX});
    for (const Arg arg : ArgsOf(event.kind)) {
      const size_t names = ArgValueNames(arg).size();
      event.Set(arg, names > 0 ? static_cast<int64_t>(Below(names)) : Number());
    }
    return event;
  }

 private:
  static constexpr int32_t kMonitor = 1;

  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }
  template <typename T>
  T Pick(std::initializer_list<T> choices) {
    return choices.begin()[Below(choices.size())];
  }
  // The sum of all is a number still.
  int64_t Number() {
    constexpr int64_t kHuge = int64_t{1} << 45;
    return Pick<int64_t>(
        {-kHuge, -1, 0, 0, 1, 1, 2, 3, 20'000, 10'000'000, 60'000'000'000, time_ns_, kHuge});
  }

  std::mt19937_64 random_;
  int64_t time_ns_ = 0;
};

TEST(Nonsense, IsJudgedToItsEnd) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    for (const int tiers : {int{kV}, int{kT}, kO | kX}) {
      Header header;
      header.tiers = static_cast<TierSet>(tiers);
      header.from_start = seed % 2 == 0;
      header.emits.set();
      header.profile = std::array{kGo1_20, kGo1_25, kGo1_26, kNetbsd}[seed % 4];
      header.in_force.procs = 2;
      Panel panel(header);
      Nonsense nonsense(seed);
      constexpr int kEvents = 20'000;
      for (int i = 0; i < kEvents; ++i) panel.Observe(nonsense.Next());
      const std::vector<Ruling> rulings = panel.Close();
      const auto due = std::ranges::count_if(Clauses(), [&](const Clause& clause) {
        return (clause.profiles & header.profile) != 0 && (clause.tiers & header.tiers) != 0;
      });
      EXPECT_GE(rulings.size(), static_cast<size_t>(due)) << seed;
      EXPECT_TRUE(std::ranges::any_of(rulings, [](const Ruling& ruling) {
        return ruling.verdict == Verdict::kViolates;
      })) << seed;
    }
  }
}

}  // namespace
}  // namespace proctor
