#include "conformance/suite/failure_message.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

Counterexample SomeCounterexample() {
  Counterexample finding{
      .ruling = {.clause = ClauseId::kCAD_8, .tier = kV, .verdict = Verdict::kViolates}};
  finding.ruling.message = "a shallow sleep outside 1 ns to shallow_max";
  finding.ruling.evidence = {MakeEvent(20'000, EventKind::kShallowSleep, {{Arg::kDurationNs, 0}})};
  finding.bundle.clause = ClauseId::kCAD_8;
  finding.bundle.scenario.name = "small";
  return finding;
}

TEST(FailureMessage, SaysClauseEventsWorldAndReplay) {
  Counterexample finding = SomeCounterexample();
  finding.bundle.choices = {0, 3};
  EXPECT_EQ(FormatFailureMessage(finding, "proctor replay CAD-8.json"),
            "CAD-8 is violated: a shallow sleep outside 1 ns to shallow_max\n"
            "  The contract: " +
                std::string(GetClause(ClauseId::kCAD_8).text) +
                "\n"
                "  Decided by\n"
                "    " +
                Describe(finding.ruling.evidence[0]) +
                "\n"
                "  In the world\n"
                "    " +
                FormatScenario(finding.bundle.scenario) +
                "\n"
                "    with the choices [0, 3]\n"
                "  Replay: proctor replay CAD-8.json");
}

TEST(FailureMessage, AMisbehaviourHasNoClause) {
  Counterexample finding = SomeCounterexample();
  finding.bundle.clause.reset();
  finding.ruling.evidence.clear();
  finding.ruling.message = "the monitor crashed";
  const std::string message = FormatFailureMessage(finding, "x");
  EXPECT_TRUE(message.starts_with("the monitor crashed\n  In the world\n")) << message;
  EXPECT_EQ(message.find("CAD-8"), std::string::npos);
}

TEST(FailureMessage, AWorldOfAThousandTasksIsLeftToItsFile) {
  Counterexample finding = SomeCounterexample();
  finding.bundle.scenario.tasks.resize(1'000, {.ops = {{.op = Op::kYield}}});
  const std::string message = FormatFailureMessage(finding, "x");
  EXPECT_LT(message.size(), 1'000u);
  EXPECT_NE(message.find("1000 tasks"), std::string::npos);
}

TEST(FailureMessage, NamesTheBundlesFile) {
  Counterexample finding = SomeCounterexample();
  EXPECT_EQ(BundleFileName(finding.bundle), "CAD-8.json");
  finding.bundle.clause.reset();
  EXPECT_EQ(BundleFileName(finding.bundle), "misbehaviour.json");
}

}  // namespace
}  // namespace proctor
