// Small worlds exhaustively: every schedule that differs from the usual one in at most N choices,
// once each. How many there were stands in the output and, as properties of the case, in
// test.xml.

#include "conformance/campaign/small_worlds.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/implementations/reference/reference.h"
#include "conformance/judge/panel.h"
#include "conformance/world/world.h"

namespace proctor {
namespace {

// What is shared in a world as its events show it - variables, locks, owners, statuses, queues'
// lengths - folded into one number that each change updates.
class SharedState {
 public:
  void Apply(const Event& event) {
    switch (event.kind) {
      case EventKind::kWrite:
      case EventKind::kSwap: {
        // A time of day makes no other state; that there is none does.
        const int64_t value = event.Get(Arg::kValue);
        const bool is_time = event.Is(Variable::kLastPoll) || event.Is(Variable::kPollUntil) ||
                             event.Is(Variable::kLastCollection);
        Set(Key(event.Get(Arg::kVariable), event.p, event.g), is_time ? value != 0 : value);
        break;
      }
      case EventKind::kLock:
        Set(Key(-1, static_cast<int32_t>(event.Get(Arg::kLock)), -1), event.m);
        break;
      case EventKind::kUnlock:
        Set(Key(-1, static_cast<int32_t>(event.Get(Arg::kLock)), -1), -1);
        break;
      case EventKind::kAcquire:
        Set(Key(-2, event.p, -1), event.m);
        break;
      case EventKind::kRelease:
        Set(Key(-2, event.p, -1), -1);
        break;
      case EventKind::kExecute:
        Set(Key(-3, event.m, -1), event.g);
        break;
      default:
        break;
    }
    // Where each thread stands.
    Set(Key(-4, event.m, -1), static_cast<int64_t>(event.kind));
  }
  uint64_t hash() const { return hash_; }

 private:
  // What, whose processor, whose task: as one number.
  static uint64_t Key(int64_t what, int32_t p, int64_t g) {
    return static_cast<uint64_t>(what + 8) << 48 | static_cast<uint64_t>(p + 1) << 32 |
           (static_cast<uint64_t>(g + 1) & 0xffffffffu);
  }
  static uint64_t Mix(uint64_t a, uint64_t b) { return Random(a * 0x9e3779b97f4a7c15u ^ b).Next(); }

  void Set(uint64_t key, int64_t value) {
    Entry& entry = EntryOf(key);
    if (entry.used && entry.value == value) return;
    if (entry.used) hash_ ^= entry.hash;
    entry = {
        .key = key, .value = value, .hash = Mix(key, static_cast<uint64_t>(value)), .used = true};
    hash_ ^= entry.hash;
  }

  struct Entry {
    uint64_t key = 0;
    int64_t value = 0;
    uint64_t hash = 0;
    bool used = false;
  };
  Entry& EntryOf(uint64_t key) {
    size_t at = Mix(key, 0) % kEntries;
    while (entries_[at].used && entries_[at].key != key) at = (at + 1) % kEntries;
    return entries_[at];
  }

  // A small world has a hundred or so.
  static constexpr size_t kEntries = 1024;
  std::array<Entry, kEntries> entries_{};
  uint64_t hash_ = 0;
};

// Distinct numbers. Most of them come again soon, in the next schedules.
class Distinct {
 public:
  void Add(uint64_t number) {
    uint64_t& place = recent_[number % recent_.size()];
    if (place == number) return;
    place = number;
    all_.insert(number);
  }
  size_t count() const { return all_.size(); }

 private:
  std::vector<uint64_t> recent_ = std::vector<uint64_t>(1 << 15);
  std::unordered_set<uint64_t> all_;
};

struct JudgedRun : EventSink {
  JudgedRun(const Header& header, Distinct& states) : panel(header), states(states) {}
  void Observe(const Event& event) override {
    panel.Observe(event);
    state.Apply(event);
    states.Add(state.hash());
  }
  Panel panel;
  SharedState state;
  Distinct& states;
};

// A world and the number of choices that may be unusual in it.
struct Exhaustive {
  std::string world;
  Profile profile;
  int32_t unusual_most;
};

void PrintTo(const Exhaustive& parameter, std::ostream* out) { *out << parameter.world; }

class SmallWorld : public testing::TestWithParam<Exhaustive> {};

const Scenario& FindSmallWorld(const std::string& name) {
  for (const Scenario& scenario : SmallWorlds()) {
    if (scenario.name == name) return scenario;
  }
  ADD_FAILURE() << "there is no small world " << name;
  return SmallWorlds().front();
}

TEST_P(SmallWorld, KeepsTheContractInEverySchedule) {
  const Scenario& scenario = FindSmallWorld(GetParam().world);
  ChoicePath path(GetParam().unusual_most);
  const WorldOptions options = {.profile = GetParam().profile,
                                .knobs = SmallWorldKnobs(scenario),
                                .choices = &path,
                                .events_most = 100'000};
  const Header header = WorldHeader(ReferenceImplementation(), scenario, options);
  std::set<std::vector<uint32_t>> taken;
  Distinct states;
  int64_t repeated = 0;
  size_t choices_most = 0;
  do {
    JudgedRun run(header, states);
    const WorldRun end = RunWorld(ReferenceImplementation(), scenario, options, run);
    ASSERT_FALSE(BlamesMonitor(end.end)) << end.message;
    const std::vector<uint32_t> choices = path.Taken();
    choices_most = std::max(choices_most, choices.size());
    if (!taken.insert(choices).second) ++repeated;
    for (const Ruling& ruling : run.panel.Close()) {
      ASSERT_NE(ruling.verdict, Verdict::kViolates)
          << ClauseName(ruling.clause) << ": " << ruling.message
          << "\n  choices: " << fmt::format("{}", fmt::join(choices, ", "));
    }
  } while (path.Advance());
  EXPECT_EQ(repeated, 0) << "some schedule was walked twice";
  EXPECT_GT(taken.size(), 1u);
  RecordProperty("schedules", std::to_string(taken.size()));
  RecordProperty("states", std::to_string(states.count()));
  RecordProperty("interleaving_points", std::to_string(choices_most));
  RecordProperty("unusual_most", GetParam().unusual_most);
  fmt::print(
      "{}: {} schedules, {} distinct states, up to {} choices, of which {} unusual; none violates "
      "the contract\n",
      scenario.name, taken.size(), states.count(), choices_most, GetParam().unusual_most);
}

// A late step is two choices, that it is late and until when. So 3 is any step late by anything and
// another by the least, or three by the least; 4, for the night, is any two by anything. One more
// takes ten times as long.
int32_t UnusualMost() {
  const char* extent = std::getenv("TEST_EXTENT");
  return extent != nullptr && std::string_view(extent) == "nightly" ? 4 : 3;
}

std::vector<Exhaustive> Worlds() {
  std::vector<Exhaustive> worlds;
  for (const Scenario& scenario : SmallWorlds()) {
    worlds.push_back({scenario.name, kGo1_20, UnusualMost()});
    // Only the way of taking differs there.
    worlds.push_back({scenario.name, kGo1_26, UnusualMost() - 1});
  }
  return worlds;
}

INSTANTIATE_TEST_SUITE_P(Exhaustive, SmallWorld, testing::ValuesIn(Worlds()), [](const auto& info) {
  return info.param.world + (info.param.profile == kGo1_20 ? "" : "_go1_26");
});

}  // namespace
}  // namespace proctor
