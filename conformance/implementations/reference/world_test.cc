#include "conformance/world/world.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <vector>

#include "conformance/evidence/trace.h"
#include "conformance/implementations/reference/reference.h"
#include "conformance/scenario/library.h"

namespace proctor {
namespace {

constexpr uint64_t kEventsHash = 17920321696905825068u;

class EventKeeper : public EventSink {
 public:
  void Observe(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

// What anybody reads of a variable must be what was written last; tasks' variables aside.
class Agreement : public EventSink {
 public:
  void Observe(const Event& event) override {
    if (event.g >= 0) return;
    if (event.kind == EventKind::kWrite || event.kind == EventKind::kSwap) {
      At(event) = event.Get(Arg::kValue);
    } else if (event.kind == EventKind::kRead && !IsDerived(event)) {
      ++reads;
      if (At(event) != event.Get(Arg::kValue) && wrong.empty()) wrong = Describe(event);
    }
  }

  int64_t reads = 0;
  std::string wrong;  // the first one that disagrees

 private:
  static bool IsDerived(const Event& event) {
    using enum Variable;
    for (const Variable each : {kEarliestTimer, kGlobalQueue, kLocalWork, kNextTimer}) {
      if (event.Get(Arg::kVariable) == static_cast<int64_t>(each)) return true;
    }
    return false;
  }
  int64_t& At(const Event& event) {
    std::vector<int64_t>& values = values_[static_cast<size_t>(event.Get(Arg::kVariable))];
    const auto place = static_cast<size_t>(event.p + 1);
    if (place >= values.size()) values.resize(place + 1);
    return values[place];
  }

  std::array<std::vector<int64_t>, kVariables> values_;  // by processor
};

std::string Text(const std::vector<Event>& events) {
  std::string text;
  std::string line;
  for (const Event& event : events) {
    line.clear();
    FormatEvent(event, line);
    text += line + "\n";
  }
  return text;
}

const Scenario& Named(const char* name) { return FindScenario(name)->scenario; }

std::vector<int64_t> SleepsUs(const std::vector<Event>& events) {
  std::vector<int64_t> sleeps;
  for (const Event& event : events) {
    if (event.kind == EventKind::kShallowSleep) {
      sleeps.push_back(event.Get(Arg::kDurationNs) / 1000);
    }
  }
  return sleeps;
}

TEST(World, ALoneSpinnerShowsTheWholeCadence) {
  const Scenario& scenario = Named("lone_spinner");
  EventKeeper recorder;
  const WorldRun run =
      RunWorld(ReferenceImplementation(), scenario, {.knobs = Knobs::Quiet(scenario)}, recorder);
  EXPECT_EQ(run.end, WorldEnd::kDone) << run.message;
  std::vector<int64_t> expected(51, 20);
  for (const int64_t us : {40, 80, 160, 320, 640, 1280, 2560, 5120, 10000, 10000}) {
    expected.push_back(us);
  }
  std::vector<int64_t> sleeps = SleepsUs(recorder.events);
  ASSERT_GT(sleeps.size(), expected.size());
  sleeps.resize(expected.size());
  EXPECT_EQ(sleeps, expected);
}

TEST(World, EveryNamedScenarioEndsAsItIsMeantTo) {
  for (const NamedScenario& named : ScenarioLibrary()) {
    for (const Profile profile : kProfiles) {
      EventKeeper recorder;
      const WorldRun run =
          RunWorld(ReferenceImplementation(), named.scenario,
                   {.profile = profile, .knobs = Knobs::Quiet(named.scenario)}, recorder);
      const WorldEnd expected =
          named.scenario.ending == Ending::kDeadlock ? WorldEnd::kDeadlock : WorldEnd::kDone;
      EXPECT_EQ(run.end, expected) << named.scenario.name << " under " << ProfileName(profile)
                                   << ": " << WorldEndName(run.end) << " " << run.message;
      int64_t last_ns = 0;
      for (const Event& event : recorder.events) {
        ASSERT_GE(event.time_ns, last_ns) << Describe(event);
        last_ns = event.time_ns;
      }
    }
  }
}

TEST(World, TheSameSeedGivesTheSameEvents) {
  for (const char* name : {"mixed_load", "stop_the_world", "deep_sleep_wake_ups"}) {
    Scenario scenario = Named(name);
    std::map<std::string, uint64_t> seen;
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      scenario.seed = seed;
      EventKeeper first;
      EventKeeper second;
      RunWorld(ReferenceImplementation(), scenario, {}, first);
      RunWorld(ReferenceImplementation(), scenario, {}, second);
      const std::string text = Text(first.events);
      EXPECT_EQ(text, Text(second.events));
      EXPECT_TRUE(seen.emplace(text, seed).second) << "another seed, the same events";
    }
  }
}

// The same in every build configuration. A change of the world that is meant to be one puts the
// new number here.
TEST(World, TheEventsOfASeedAreTheSameInEveryBuild) {
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const NamedScenario& named : ScenarioLibrary()) {
    EventKeeper recorder;
    RunWorld(ReferenceImplementation(), named.scenario, {.profile = kGo1_22}, recorder);
    for (const char byte : Text(recorder.events)) {
      hash = (hash ^ static_cast<uint8_t>(byte)) * 1099511628211u;
    }
  }
  EXPECT_EQ(hash, kEventsHash);
}

TEST(World, SeedsOfEveryKindEndWithoutBlameAndReadWhatIsWritten) {
  int64_t reads = 0;
  for (const NamedScenario& named : ScenarioLibrary()) {
    for (const Profile profile : kProfiles) {
      Scenario scenario = named.scenario;
      for (uint64_t seed = 1; seed <= 10; ++seed) {
        scenario.seed = seed;
        Agreement agreement;
        const WorldRun run =
            RunWorld(ReferenceImplementation(), scenario, {.profile = profile}, agreement);
        EXPECT_EQ(agreement.wrong, "") << scenario.name << " seed " << seed;
        reads += agreement.reads;
        EXPECT_FALSE(BlamesMonitor(run.end) || run.end == WorldEnd::kInternalError)
            << scenario.name << " seed " << seed << " under " << ProfileName(profile) << ": "
            << WorldEndName(run.end) << " " << run.message;
      }
    }
  }
  EXPECT_GT(reads, 1'000'000);
}

}  // namespace
}  // namespace proctor
