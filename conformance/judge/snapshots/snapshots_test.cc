// How the judges of tier D decide the cases of the files beside this one, and what no single case
// shows: cycles that were not seen.

#include "conformance/judge/snapshots/snapshots.h"

#include "conformance/judge/snapshots/snapshot_builder.h"

namespace proctor::snapshot_cases {
namespace {

TEST_P(SnapshotJudges, Decide) {
  Snapshots snapshots;
  snapshots.header.profile = GetParam().profile;
  GetParam().tell(snapshots);
  const Ruling ruling = snapshots.Judge(GetParam().clause);
  EXPECT_EQ(ruling.verdict, GetParam().verdict) << ruling.message << snapshots.Violations();
  // Who breaks one clause is accused of no other; who breaks none, of none.
  if (GetParam().verdict != Verdict::kViolates) {
    EXPECT_EQ(snapshots.Violations(), "");
  }
}

// What a monitor did where nothing was watched belongs to that cycle, and says nothing of the next.
// Often: what a wake-up in the moment before the sleep explains is excused a few times.
TEST(Snapshots, AWakeUpBehindACycleThatWasNotSeenBeginsAnew) {
  Snapshots s;
  for (int i = 0; i < 6; ++i) {
    s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1).Start(1, 0).Adjust(1);
    s.watched = 0;
    s.Sleep();
    s.watched = kAll;
    s.AllRest().Wake().DeepSleepFor(60 * kSecond).DeepWakeAfter(kMs, WakeCause::kWoken);
    s.Of(0, Variable::kStatus, kRunning).Of(0, Variable::kIdleMark, 0);
    for (int sleep = 0; sleep < 50; ++sleep) s.Sleep().Wake();
    s.Sleep(40 * kUs);
  }
  EXPECT_EQ(s.Violations().find("CAD-"), std::string::npos) << s.Violations();
  EXPECT_EQ(s.Judge(kCAD_4).verdict, Verdict::kConforms);
}

// ... nor of a first cycle that was seen from its wake-up on only.
TEST(Snapshots, AWakeUpIsTheFirstThatIsSeen) {
  Snapshots s;
  s.events.resize(s.events.size() - 1);
  s.watched = 0;
  s.Sleep();
  s.watched = kAll;
  s.AllRest().Wake().DeepSleepFor(60 * kSecond).DeepWakeAfter(kMs, WakeCause::kWoken);
  s.Of(0, Variable::kStatus, kRunning).Of(0, Variable::kIdleMark, 0);
  for (int sleep = 0; sleep < 50; ++sleep) s.Sleep().Wake();
  s.Sleep(40 * kUs);
  EXPECT_EQ(s.Violations().find("CAD-"), std::string::npos) << s.Violations();
}

TEST(Snapshots, ARetakeThatWasNotSeenMayHaveFollowedAWakeUp) {
  Snapshots s;
  for (int i = 0; i < 6; ++i) {
    s.AllRest().Wake().DeepSleepFor(60 * kSecond).DeepWakeAfter(kMs, WakeCause::kWoken);
    s.watched = 0;
    s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).TakeP(1).Start(1, 0).Adjust(1);
    s.watched = kAll;
    for (int sleep = 0; sleep < 51; ++sleep) s.Sleep().Wake();
    s.Sleep(40 * kUs);
  }
  EXPECT_EQ(s.Violations().find("CAD-"), std::string::npos) << s.Violations();
}

// A retake, 20 sleeps, a cycle that ends in what is told, and a run of the shortest sleeps that is
// as long as after a wake-up.
void RunsAnewAfter(Snapshots& s, const std::function<void(Snapshots&)>& cycle) {
  s.InCall(1, kMs).Of(1, Variable::kLocalWork, 1).Wake().TakeP(1).Start(1, 0).Adjust(1).Sleep();
  s.Of(1, Variable::kStatus, kRunning).Of(1, Variable::kLocalWork, 0);
  for (int sleep = 0; sleep < 20; ++sleep) s.Wake().Sleep();
  cycle(s.Wake());
  for (int sleep = 0; sleep < 51; ++sleep) s.Sleep().Wake();
  s.Sleep(40 * kUs);
}

bool CadenceIsAccused(Snapshots& s) { return s.Violations().find("CAD-") != std::string::npos; }

// The flag is seen to be published, and no deep sleep follows: somebody ended it before it began.
TEST(Snapshots, AWakeUpThatComesBeforeTheDeepSleepBeginsAnew) {
  Snapshots published;
  Snapshots nothing;
  for (int i = 0; i < 9; ++i) {
    RunsAnewAfter(published, [](Snapshots& s) {
      s.Access(kWrite, Variable::kMonitorWaits, 1, true);
      s.Access(kWrite, Variable::kMonitorWaits, 0, true);
    });
    RunsAnewAfter(nothing, [](Snapshots&) {});
  }
  EXPECT_FALSE(CadenceIsAccused(published)) << published.Violations();
  EXPECT_TRUE(CadenceIsAccused(nothing));
}

// Where the flag is not watched, as often as it happens beside so many deep sleeps.
TEST(Snapshots, AWakeUpThatMayHaveComeUnseenIsExcusedAsOftenAsItIsLikely) {
  for (const bool sleeps_deep_often : {true, false}) {
    Snapshots s;
    for (int i = 0; i < 9; ++i) {
      RunsAnewAfter(s, [](Snapshots& cycle) { cycle.AllRest(); });
      s.Wake().DeepSleepFor(60 * kSecond).DeepWakeAfter(kMs, WakeCause::kWoken).Sleep();
      for (int more = 0; sleeps_deep_often && more < 3; ++more)
        s.Wake().DeepSleepFor(60 * kSecond).DeepWakeAfter(kMs, WakeCause::kWoken).Sleep();
      s.Of(0, Variable::kStatus, kRunning).Of(0, Variable::kIdleMark, 0);
    }
    EXPECT_EQ(CadenceIsAccused(s), !sleeps_deep_often) << s.Violations();
  }
}

TEST(Snapshots, WhoIsDyingIsNotJudged) {
  Snapshots dying;
  dying.AllRest().Wake().Set(Variable::kDying, 1).Sleep(kMs).Wake().Sleep();
  EXPECT_EQ(dying.Violations(), "");
}

// The number of processors stands before what is written of the one that goes.
TEST(Snapshots, AProcessorMayGoWithinACycleAndComeBack) {
  Snapshots fewer;
  fewer.Wake().Set(Variable::kProcessorCount, 1).Of(1, Variable::kStatus, kIdle);
  fewer.Of(0, Variable::kScheduleTick, kTick + 1).Of(0, Variable::kSeenScheduleTick, kTick + 1);
  fewer.Of(0, Variable::kSeenScheduleNs, fewer.woke_ns).Sleep();
  fewer.Wake().Set(Variable::kProcessorCount, 2).Sleep();
  fewer.Wake().Sleep();
  EXPECT_EQ(fewer.Violations(), "");
}

TEST(Snapshots, AGapEndsWhatIsKnown) {
  Snapshots gap;
  gap.Wait(11 * kMs).Wake();
  gap.Gap();
  gap.Sleep();
  EXPECT_EQ(gap.Violations(), "");
}

}  // namespace
}  // namespace proctor::snapshot_cases
