// Evidence recorded from real runtimes (Debian's Go 1.19 and gccgo 12): what it shows today it showed when it was
// recorded, and nothing in it is a violation but what gccgo is known for.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "conformance/evidence/trace.h"
#include "conformance/judge/panel.h"

namespace proctor {
namespace {

using enum ClauseId;

struct Recording {
  const char* name;
  std::set<ClauseId> conforms;
  std::set<ClauseId> violates;
};

class Recorded : public testing::TestWithParam<Recording> {};

TEST_P(Recorded, IsJudgedAsBefore) {
  const std::string path = std::string("conformance/judge/testdata/") + GetParam().name + ".jsonl";
  std::ifstream stream(path);
  TraceReader reader(stream, path);
  const std::optional<Header> header = reader.ReadHeader();
  ASSERT_TRUE(header) << reader.error();
  Panel panel(*header);
  while (const std::optional<Event> event = reader.Next()) panel.Observe(*event);
  ASSERT_EQ(reader.error(), "");

  std::set<ClauseId> conforms;
  std::set<ClauseId> violates;
  for (const Ruling& ruling : panel.Close()) {
    if (ruling.verdict == Verdict::kConforms) conforms.insert(ruling.clause);
    if (ruling.verdict != Verdict::kViolates) continue;
    violates.insert(ruling.clause);
    EXPECT_FALSE(ruling.evidence.empty()) << ClauseName(ruling.clause);
  }
  EXPECT_EQ(violates, GetParam().violates);
  for (const ClauseId clause : GetParam().conforms) {
    EXPECT_TRUE(conforms.contains(clause)) << ClauseName(clause);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Runtimes, Recorded,
    testing::Values(
        Recording{"go1.19_lone_spinner",
                  {kID_1, kID_4, kCAD_1, kCAD_2, kCAD_6, kCAD_8, kCAD_9, kDEEP_11, kPRE_1, kSLICE_4},
                  {}},
        Recording{"go1.19_idle", {kCAD_5, kCAD_9, kDEEP_4, kDEEP_14}, {}},
        Recording{"go1.19_deep_sleep_wake_ups", {kCAD_4, kDEEP_9}, {}},
        Recording{"go1.19_scheduler_trace", {kDEEP_13, kTRC_1}, {}},
        Recording{"go1.19_forced_collections", {kGC_1, kGC_5}, {}},
        Recording{"go1.19_deadlock", {kID_3, kDEAD_3}, {}},
        Recording{"gccgo12_idle", {kCAD_5, kDEEP_4, kDEEP_14}, {}},
        Recording{"gccgo12_scheduler_trace", {kDEEP_13, kTRC_1}, {}},
        Recording{"gccgo12_time_slices", {kCAD_2}, {kPRE_5, kSLICE_3}}),
    [](const auto& info) {
      std::string name = info.param.name;
      std::erase(name, '.');
      return name;
    });

}  // namespace
}  // namespace proctor
