#include <gtest/gtest.h>

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
  explicit BothPanels(const Header& header) : spared_(header), unspared_(header, /*spare=*/false) {}
  void Observe(const Event& event) override {
    spared_.Observe(event);
    unspared_.Observe(event);
    last_ns_ = event.time_ns;
  }
  void ExpectTheSame() {
    // Where the evidence is cut off, who was spared the last events does not know how late it is.
    Observe(MakeEvent(last_ns_, EventKind::kShallowWake));
    const std::vector<Ruling> spared = spared_.Close();
    const std::vector<Ruling> unspared = unspared_.Close();
    ASSERT_EQ(spared.size(), unspared.size());
    for (size_t i = 0; i < spared.size(); ++i) {
      EXPECT_EQ(spared[i].verdict, unspared[i].verdict)
          << ClauseName(spared[i].clause) << InFull(spared[i]) << InFull(unspared[i]);
      EXPECT_EQ(spared[i].triggers > 0, unspared[i].triggers > 0) << ClauseName(spared[i].clause);
    }
  }

 private:
  static std::string InFull(const Ruling& ruling) {
    std::string text = "\n" + ruling.message;
    for (const Event& event : ruling.evidence) text += "\n  " + Describe(event);
    return text;
  }

  Panel spared_;
  Panel unspared_;
  int64_t last_ns_ = 0;
};

void ExpectTheSame(const Scenario& scenario, const WorldOptions& options) {
  BothPanels panels(WorldHeader(ReferenceImplementation(), scenario, options));
  RunWorld(ReferenceImplementation(), scenario, options, panels);
  panels.ExpectTheSame();
}

// With every fault of the world's own, so that judges have something to accuse.
TEST(Spared, RulingsAreTheSame) {
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

}  // namespace
}  // namespace proctor
