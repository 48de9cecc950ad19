// Evidence recorded from real runtimes (Debian's Go 1.19 and gccgo 12, the reference's own trace):
// what it shows today it showed when it was recorded, and nothing in it is a violation but what
// gccgo is known for.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

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

// The reference's own trace without `lost` events from the middle on, with a gap in their place or
// without one.
std::set<ClauseId> ViolatedWithAHole(size_t lost, bool told) {
  const std::string path = "conformance/judge/testdata/reference_traced.jsonl";
  std::ifstream stream(path);
  TraceReader reader(stream, path);
  const std::optional<Header> header = reader.ReadHeader();
  EXPECT_TRUE(header) << reader.error();
  std::vector<Event> events;
  while (const std::optional<Event> event = reader.Next()) events.push_back(*event);
  const auto hole = events.begin() + static_cast<ptrdiff_t>(events.size() / 2);
  const Event gap =
      MakeEvent(hole->time_ns, EventKind::kGap, {{Arg::kLost, static_cast<int64_t>(lost)}});
  const auto after = events.erase(hole, hole + static_cast<ptrdiff_t>(lost));
  if (told) events.insert(after, gap);
  Panel panel(*header);
  for (const Event& event : events) panel.Observe(event);
  std::set<ClauseId> violated;
  for (const Ruling& ruling : panel.Close()) {
    if (ruling.verdict == Verdict::kViolates) violated.insert(ruling.clause);
  }
  return violated;
}

TEST(RecordedTrace, AGapIsNoAccusation) {
  for (const size_t lost : {1, 7, 50, 300}) {
    EXPECT_TRUE(ViolatedWithAHole(lost, true).empty()) << lost;
  }
  EXPECT_FALSE(ViolatedWithAHole(300, false).empty())
      << "a hole without a gap event makes no sense";
}

INSTANTIATE_TEST_SUITE_P(
    Runtimes, Recorded,
    testing::Values(Recording{"go1.19_lone_spinner",
                              {kID_1, kID_4, kCAD_1, kCAD_2, kCAD_6, kCAD_8, kCAD_9, kDEEP_11,
                               kPRE_1, kSLICE_4},
                              {}},
                    Recording{"go1.19_idle", {kCAD_5, kCAD_9, kDEEP_4, kDEEP_14}, {}},
                    Recording{"go1.19_deep_sleep_wake_ups", {kCAD_4, kDEEP_9}, {}},
                    Recording{"go1.19_scheduler_trace", {kDEEP_13, kTRC_1}, {}},
                    Recording{"go1.19_forced_collections", {kGC_1, kGC_5}, {}},
                    Recording{"go1.19_deadlock", {kID_3, kDEAD_3}, {}},
                    Recording{"gccgo12_idle", {kCAD_5, kDEEP_4, kDEEP_14}, {}},
                    Recording{"gccgo12_scheduler_trace", {kDEEP_13, kTRC_1}, {}},
                    Recording{"gccgo12_time_slices", {kCAD_2}, {kPRE_5, kSLICE_3}},
                    Recording{
                        "reference_traced",
                        {kID_1,    kID_2,   kCAD_1,  kCAD_2,  kCAD_3,  kCAD_4,   kCAD_5,   kCAD_6,
                         kDEEP_1,  kDEEP_2, kDEEP_3, kDEEP_4, kDEEP_6, kDEEP_7,  kDEEP_8,  kDEEP_9,
                         kCYC_1,   kCYC_2,  kCYC_3,  kCYC_4,  kPOLL_1, kSLICE_1, kSLICE_2, kSLICE_3,
                         kSLICE_5, kSYS_1,  kSYS_6,  kSYS_7,  kSYS_8,  kSYS_9,   kSYS_10,  kSYS_11,
                         kHAND_1,  kHAND_8, kPRE_1,  kPRE_4},
                        {}}),
    [](const auto& info) {
      std::string name = info.param.name;
      std::erase(name, '.');
      return name;
    });

}  // namespace
}  // namespace proctor
