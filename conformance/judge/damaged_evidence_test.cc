// Evidence that lacks something accuses nobody: a gap in the place of any event, any kind of event
// that a runtime does not show, and an end at any moment.

#include <gtest/gtest.h>

#include <string>

#include "conformance/judge/recordings.h"

namespace proctor {
namespace {

std::string Names(const std::set<ClauseId>& clauses) {
  std::string names;
  for (const ClauseId clause : clauses) names += std::string(ClauseName(clause)) + " ";
  return names;
}

// What the whole trace is found guilty of may be found in parts of it, too.
class Damaged : public testing::TestWithParam<const char*> {
 protected:
  Damaged() : trace_(ReadRecording(GetParam())) {
    Panel panel(trace_.header);
    for (const Event& event : trace_.events) panel.Observe(event);
    known_ = Violated(panel.Close());
  }

  void ExpectNothingNew(const std::set<ClauseId>& violated, const std::string& damage) const {
    std::set<ClauseId> added = violated;
    for (const ClauseId clause : known_) added.erase(clause);
    EXPECT_TRUE(added.empty()) << damage << ": " << Names(added);
  }

  RecordedTrace trace_;
  std::set<ClauseId> known_;
};

// In the place of each event in turn; the part before it is judged once, and each part behind it
// only as far as the evidence can still tell anything.
TEST_P(Damaged, AGapInThePlaceOfAnyEventAccusesNobody) {
  for (size_t lost = 0; lost < trace_.events.size(); ++lost) {
    Panel panel(trace_.header);
    for (size_t i = 0; i < trace_.events.size(); ++i) {
      panel.Observe(i == lost
                        ? MakeEvent(trace_.events[i].time_ns, EventKind::kGap, {{Arg::kLost, 1}})
                        : trace_.events[i]);
    }
    ExpectNothingNew(Violated(panel.Close()), "a gap instead of event " + std::to_string(lost) +
                                                  ", " + Describe(trace_.events[lost]));
  }
}

TEST_P(Damaged, AKindThatIsNotShownAccusesNobody) {
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    if (!trace_.header.emits[kind]) continue;
    Header header = trace_.header;
    header.emits.reset(kind);
    Panel panel(header);
    for (const Event& event : trace_.events) {
      if (static_cast<size_t>(event.kind) != kind) panel.Observe(event);
    }
    ExpectNothingNew(Violated(panel.Close()),
                     "without " + std::string(EventKindName(static_cast<EventKind>(kind))));
  }
}

// The process dies, at once, after any of its events.
TEST_P(Damaged, AnEndAtAnyMomentAccusesNobody) {
  for (const int64_t status : {-1, 2, 137, 139}) {
    for (size_t end = 0; end < trace_.events.size(); end += 1 + trace_.events.size() / 500) {
      Panel panel(trace_.header);
      for (size_t i = 0; i <= end; ++i) panel.Observe(trace_.events[i]);
      if (status >= 0) {
        panel.Observe(MakeEvent(trace_.events[end].time_ns + 1, EventKind::kProcessExit,
                                {{Arg::kStatus, status}}));
      }
      ExpectNothingNew(Violated(panel.Close()), "the end after event " + std::to_string(end) +
                                                    " with status " + std::to_string(status));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Recordings, Damaged, testing::ValuesIn(kRecordings), [](const auto& info) {
  std::string name = info.param;
  std::erase(name, '.');
  return name;
});

// A death a moment after the first task was made runnable, hours after the machine was started.
TEST(Death, RightAfterTheFirstSpawnIsNoStrandedTask) {
  Header header;
  header.tiers = kX;
  header.emits.set();
  header.in_force.procs = 2;
  Panel panel(header);
  constexpr int64_t kUptimeNs = 6'087'223'931'089;
  panel.Observe(MakeEvent(kUptimeNs, EventKind::kProcessStart));
  panel.Observe(MakeEvent(kUptimeNs + 1, EventKind::kScenarioStart));
  panel.Observe(MakeEvent(kUptimeNs + 2, EventKind::kTaskSpawn, {{Arg::kTask, 1}}));
  panel.Observe(MakeEvent(kUptimeNs + 3, EventKind::kProcessExit, {{Arg::kStatus, 139}}));
  for (const Ruling& ruling : panel.Close()) {
    EXPECT_NE(ruling.verdict, Verdict::kViolates) << ClauseName(ruling.clause);
    if (ruling.clause == ClauseId::kHAND_8) {
      EXPECT_EQ(ruling.verdict, Verdict::kInconclusive);
    }
  }
}

// Without any of the kinds that a judge looks at, its clauses are not observable, and say why.
TEST(Kinds, ThatAreMissingAreNamed) {
  Header header;
  header.tiers = kT;
  header.emits.set();
  header.emits.reset(static_cast<size_t>(EventKind::kLock));
  bool named = false;
  for (const Ruling& ruling : Panel(header).Close()) {
    if (ruling.clause != ClauseId::kDEEP_3) continue;
    EXPECT_EQ(ruling.verdict, Verdict::kNotObservable);
    named = ruling.message.find("'lock'") != std::string::npos;
  }
  EXPECT_TRUE(named);
}

}  // namespace
}  // namespace proctor
