#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "conformance/campaign/worlds.h"
#include "conformance/implementations/reference/reference.h"
#include "conformance/judge/panel.h"
#include "conformance/scenario/library.h"
#include "conformance/world/world.h"

namespace proctor {
namespace {

// Two panels on the same events: one shown everything, one only what its judges ask for.
class BothPanels : public EventSink {
 public:
  explicit BothPanels(const Header& header)
      : filtered_(header), unfiltered_(header, /*filter=*/false) {}
  void Observe(const Event& event) override {
    filtered_.Observe(event);
    unfiltered_.Observe(event);
    last_ns_ = event.time_ns;
  }
  void ExpectTheSame() {
    // Where the evidence is cut off, a judge that was not shown the last events does not know how
    // late it is.
    Observe(MakeEvent(last_ns_, EventKind::kShallowWake));
    const std::vector<Ruling> filtered = filtered_.Close();
    const std::vector<Ruling> unfiltered = unfiltered_.Close();
    ASSERT_EQ(filtered.size(), unfiltered.size());
    for (size_t i = 0; i < filtered.size(); ++i) {
      EXPECT_EQ(filtered[i].verdict, unfiltered[i].verdict)
          << ClauseName(filtered[i].clause) << InFull(filtered[i]) << InFull(unfiltered[i]);
      EXPECT_EQ(filtered[i].triggers > 0, unfiltered[i].triggers > 0)
          << ClauseName(filtered[i].clause);
    }
  }

 private:
  static std::string InFull(const Ruling& ruling) {
    std::string text = "\n" + ruling.message;
    for (const Event& event : ruling.evidence) text += "\n  " + Describe(event);
    return text;
  }

  Panel filtered_;
  Panel unfiltered_;
  int64_t last_ns_ = 0;
};

void ExpectTheSame(const Scenario& scenario, const WorldOptions& options) {
  BothPanels panels(WorldHeader(ReferenceImplementation(), scenario, options));
  RunWorld(ReferenceImplementation(), scenario, options, panels);
  panels.ExpectTheSame();
}

// With every fault of the world's own, so that judges have something to accuse.
TEST(Filter, RulingsAreTheSame) {
  int deviation = 0;
  constexpr int kDeviations = 1
#define DEVIATION(...) +1
#include "conformance/world/deviations.def"
#undef DEVIATION
      ;
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    const Scenario scenario = ArbitraryWorld()(rc::Random(seed), 100).value();
    SCOPED_TRACE(FormatScenario(scenario));
    ExpectTheSame(scenario,
                  {.deviation = static_cast<Deviation>(deviation), .events_most = 10'000});
    deviation = (deviation + 1) % kDeviations;
  }
}

// A sink that wants few clauses hears of them what all judges together say, and of no others.
TEST(Wanted, RulingsAreThoseOfTheWholePanel) {
  class Both : public EventSink {
   public:
    Both(const Header& header, const std::vector<ClauseId>& wanted)
        : whole(header), part(header, /*filter=*/true, wanted) {}
    void Observe(const Event& event) override {
      whole.Observe(event);
      part.Observe(event);
    }
    Panel whole;
    Panel part;
  };
  const std::vector<ClauseId> wanted = {ClauseId::kCAD_2, ClauseId::kSYS_2, ClauseId::kDEEP_9};
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const Scenario scenario = ArbitraryWorld()(rc::Random(seed), 100).value();
    const WorldOptions options = {.deviation = Deviation::kExitForgetsToWake,
                                  .events_most = 10'000};
    Both both(WorldHeader(ReferenceImplementation(), scenario, options), wanted);
    RunWorld(ReferenceImplementation(), scenario, options, both);
    std::vector<Ruling> whole = both.whole.Close();
    std::erase_if(whole, [&](const Ruling& ruling) {
      return std::ranges::find(wanted, ruling.clause) == wanted.end();
    });
    const std::vector<Ruling> part = both.part.Close();
    ASSERT_EQ(part.size(), wanted.size());
    ASSERT_EQ(whole.size(), wanted.size());
    for (size_t i = 0; i < part.size(); ++i) {
      EXPECT_EQ(part[i].clause, whole[i].clause);
      EXPECT_EQ(part[i].verdict, whole[i].verdict) << ClauseName(part[i].clause);
      EXPECT_EQ(part[i].triggers, whole[i].triggers) << ClauseName(part[i].clause);
    }
  }
}

// Evidence of a right monitor in a right world, without any one kind of event: nobody is accused.
TEST(Kinds, ThatAreNotShownAccuseNobody) {
  class EventKeeper : public EventSink {
   public:
    void Observe(const Event& event) override { events.push_back(event); }
    std::vector<Event> events;
  };
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const Scenario scenario = ArbitraryWorld()(rc::Random(seed), 100).value();
    const WorldOptions options = {.profile = kProfiles[seed % std::size(kProfiles)],
                                  .events_most = 4'000};
    EventKeeper recorder;
    RunWorld(ReferenceImplementation(), scenario, options, recorder);
    for (size_t kind = 0; kind < kEventKinds; ++kind) {
      Header header = WorldHeader(ReferenceImplementation(), scenario, options);
      if (!header.emits[kind]) continue;
      header.emits.reset(kind);
      Panel panel(header);
      for (const Event& event : recorder.events) {
        if (static_cast<size_t>(event.kind) != kind) panel.Observe(event);
      }
      for (const Ruling& ruling : panel.Close()) {
        EXPECT_NE(ruling.verdict, Verdict::kViolates)
            << ClauseName(ruling.clause) << " without "
            << EventKindName(static_cast<EventKind>(kind)) << ": " << ruling.message;
      }
    }
  }
}

}  // namespace
}  // namespace proctor
