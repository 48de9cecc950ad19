// The adapters for other runtimes, where this machine has their toolchains: each is right, and none
// of them is accused of what it declares absent.

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "conformance/command/command_testing.h"
#include "conformance/implementations/implementation.h"

namespace proctor {
namespace {

// Why the implementation cannot be tried here; empty: it can.
std::string WhyMissing(const std::string& name) {
  for (const FoundImplementation& found : FindImplementations()) {
    if (found.name == name) return found.about.starts_with("missing") ? found.about : "";
  }
  return "there is no " + name;
}

class Adapters : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string missing = WhyMissing(GetParam());
    if (!missing.empty()) GTEST_SKIP() << GetParam() << ": " << missing;
  }
};

TEST_P(Adapters, HasNoFault) {
  const CommandResult outcome = Proctor({"lint", GetParam()});
  // Its crates come from the network, which a machine may not have.
  if (GetParam() == std::string("tokio") && outcome.status == 3) GTEST_SKIP() << outcome.output;
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("no fault found"), std::string::npos) << outcome.output;
}

INSTANTIATE_TEST_SUITE_P(OnThisMachine, Adapters,
                         testing::Values("cpython", "ghc", "go", "java", "node", "reference",
                                         "ruby", "tokio"),
                         [](const auto& info) { return std::string(info.param); });

TEST(CheckCpython, KeepsWhatItPromises) {
  if (!WhyMissing("cpython").empty()) GTEST_SKIP() << WhyMissing("cpython");
  const std::string folder = Folder("cpython");
  const CommandResult outcome =
      Proctor({"check", "cpython", "--clauses", "CAD-2,CAD-9,DEAD-*,HAND-8,PRE-3,SYS-4,SYS-8",
               "--out", folder});
  const Results results = ResultsOf(folder);
  EXPECT_EQ(results.implementation, "cpython");
  for (const Result& result : results.verdicts) {
    EXPECT_TRUE(result.expected) << ClauseName(result.ruling.clause) << ": "
                                 << result.ruling.message;
  }
  std::map<std::string, std::string> verdicts = VerdictsOf(results);
  EXPECT_EQ(verdicts["CAD-9.X"], "conforms") << outcome.output;
  EXPECT_EQ(verdicts["HAND-8.X"], "conforms") << outcome.output;
  EXPECT_EQ(verdicts["CAD-2.O"], "unsupported") << outcome.output;
  EXPECT_EQ(verdicts["DEAD-3.X"], "unsupported") << outcome.output;
  EXPECT_EQ(verdicts["PRE-3.X"], "unsupported") << outcome.output;
}

}  // namespace
}  // namespace proctor
