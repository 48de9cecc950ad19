// No duty is left out unseen, whatever the situation: each pair of a duty and a situation in which
// it can be due is a mutant, and a clause that owns the duty kills it.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/implementations/reference/mutants/noting_monitor.h"
#include "conformance/implementations/reference/ported_host.h"
#include "conformance/mutants/hunt.h"

namespace proctor {
namespace {

using enum ClauseId;

// In the order of a cycle.
enum class Duty {
  kDeepSleep,
  kHook,
  kPoll,
  kRescue,
  kRefresh,
  kKick,
  kScan,
  kRequest,
  kTake,
  kCount,
  kForce,
  kTrace
};

struct DutyEntry {
  Duty duty;
  std::string_view name;
  std::vector<ClauseId> owners;  // one of them kills
  Profile profile = kDefaultProfile;
};

const DutyEntry kDuties[] = {
    {Duty::kDeepSleep, "deep_sleep", {kCYC_1}},
    {Duty::kHook, "hook", {kCYC_5}},
    {Duty::kPoll, "poll", {kPOLL_1}},
    {Duty::kRescue, "rescue", {kVER_1}, kNetbsd},
    {Duty::kRefresh, "refresh", {kVER_2}, kGo1_25},
    {Duty::kKick, "kick", {kSCAV_1}},
    {Duty::kScan, "scan", {kCYC_1}},
    {Duty::kRequest, "request", {kSLICE_3}},
    {Duty::kTake, "take", {kSYS_5, kSYS_3, kSYS_2}},
    {Duty::kCount, "count", {kCAD_3}},
    {Duty::kForce, "force", {kGC_1}},
    {Duty::kTrace, "trace", {kTRC_1}},
};

enum class Situation {
  kAfterLongPause,
  kAllIdle,
  kAtCap,
  kBlockedInPoller,
  kCollecting,
  kCollectorOff,
  kDoubling,
  kEveryThirdCycle,
  kFirstCycle,
  kGrown,
  kHelperBusy,
  kHot,
  kManyP,
  kNoTimer,
  kNoneIdle,
  kOneP,
  kPolled,
  kPollerNotReady,
  kScavengerAsked,
  kShrunk,
  kSomeIdle,
  kSpinning,
  kStopPending,
  kTimedOut,
  kTimerOverdue,
  kTook,
  kTookBefore,
  kTraceOn,
  kWoken
};

struct SituationEntry {
  Situation situation;
  std::string_view name;
  Duty first = Duty::kDeepSleep;  // it cannot be met before this one
};

constexpr SituationEntry kSituations[] = {
    {Situation::kAfterLongPause, "after_long_pause"},
    {Situation::kAllIdle, "all_idle"},
    {Situation::kAtCap, "at_cap"},
    {Situation::kBlockedInPoller, "blocked_in_poller"},
    {Situation::kCollecting, "collecting"},
    {Situation::kCollectorOff, "collector_off"},
    {Situation::kDoubling, "doubling"},
    {Situation::kEveryThirdCycle, "every_third_cycle"},
    {Situation::kFirstCycle, "first_cycle"},
    {Situation::kGrown, "grown"},
    {Situation::kHelperBusy, "helper_busy"},
    {Situation::kHot, "hot"},
    {Situation::kManyP, "many_p"},
    {Situation::kNoTimer, "no_timer"},
    {Situation::kNoneIdle, "none_idle"},
    {Situation::kOneP, "one_p"},
    {Situation::kPolled, "polled", Duty::kRescue},
    {Situation::kPollerNotReady, "poller_not_ready"},
    {Situation::kScavengerAsked, "scavenger_asked"},
    {Situation::kShrunk, "shrunk"},
    {Situation::kSomeIdle, "some_idle"},
    {Situation::kSpinning, "spinning"},
    {Situation::kStopPending, "stop_pending"},
    {Situation::kTimedOut, "timed_out", Duty::kHook},
    {Situation::kTimerOverdue, "timer_overdue"},
    {Situation::kTook, "took", Duty::kRequest},
    {Situation::kTookBefore, "took_before"},
    {Situation::kTraceOn, "trace_on"},
    {Situation::kWoken, "woken", Duty::kHook},
};

// Nothing is left out there.
struct NothingDue {
  Duty duty;
  std::vector<Situation> situations;
  std::string_view reason;
};

const NothingDue kNothingDue[] = {
    {Duty::kDeepSleep, {Situation::kTraceOn}, "with the trace on it does not sleep deep"},
    {Duty::kDeepSleep, {Situation::kSomeIdle}, "some P is busy, or all are stopped and none idle"},
    {Duty::kDeepSleep, {Situation::kTimerOverdue}, "who runs the timer may need watching"},
    {Duty::kPoll, {Situation::kPollerNotReady}, "there is nothing to ask"},
    {Duty::kPoll, {Situation::kBlockedInPoller}, "somebody polls"},
    {Duty::kPoll, {Situation::kFirstCycle}, "the last poll is not long ago"},
    {Duty::kRescue, {Situation::kNoTimer}, "no timer is overdue"},
    {Duty::kRefresh, {Situation::kFirstCycle}, "a second has not passed"},
    {Duty::kRefresh,
     {Situation::kGrown, Situation::kShrunk},
     "where the machine is followed nobody else changes the number of P"},
    {Duty::kRequest, {Situation::kAllIdle}, "nobody runs"},
    {Duty::kRequest,
     {Situation::kNoTimer, Situation::kTimerOverdue},
     "the scan holds the lock that it takes to see it"},
    {Duty::kTake, {Situation::kAllIdle}, "a P in a system call is not idle"},
    {Duty::kTake,
     {Situation::kNoTimer, Situation::kTimerOverdue},
     "the scan holds the lock that it takes to see it"},
    {Duty::kTake,
     {Situation::kFirstCycle, Situation::kShrunk},
     "what it has not seen before it does not take"},
    {Duty::kCount,
     {Situation::kFirstCycle, Situation::kShrunk, Situation::kWoken},
     "what it has not seen before it does not take"},
    {Duty::kForce, {Situation::kCollecting, Situation::kCollectorOff}, "no collection is due"},
    {Duty::kForce, {Situation::kFirstCycle}, "a period has not passed"},
    {Duty::kForce, {Situation::kHelperBusy}, "nobody could be asked"},
    {Duty::kTrace,
     {Situation::kWoken, Situation::kTimedOut},
     "with the trace on it does not sleep deep"},
};

struct LeftOut {
  const DutyEntry* duty;
  const SituationEntry* situation;
};

std::string NameOf(const LeftOut& left_out) {
  return fmt::format("no_{}_when_{}", left_out.duty->name, left_out.situation->name);
}

struct Notes : mutants::NotingHost {
  using NotingHost::NotingHost;
  void CallYieldHook() override {
    if (calls_hook) host_.CallYieldHook();
  }
  bool SwapSyscallToIdle(int32_t processor) override {
    const bool won = host_.SwapSyscallToIdle(processor);
    took |= won;
    return won;
  }
  bool Sleep(int64_t duration_ns) override {
    took_before = took;
    took = false;
    return NotingHost::Sleep(duration_ns);
  }
  int64_t NowNs() override {
    before_ns = now_ns;
    return now_ns = host_.NowNs();
  }

  bool calls_hook = true;
  bool took = false;  // in this cycle
  bool took_before = false;
  int64_t now_ns = 0;
  int64_t before_ns = 0;
};

class Leaver : public runtime::Monitor {
 public:
  Leaver(runtime::Host& host, const runtime::Constants& constants, const LeftOut& left_out)
      : Monitor(notes_, constants), notes_(host, constants), left_out_(left_out) {}

 protected:
  void SleepDeepIfIdle() override {
    if (!Leaves(Duty::kDeepSleep)) Monitor::SleepDeepIfIdle();
  }
  void DoDuties() override {
    notes_.calls_hook = !Leaves(Duty::kHook);
    Monitor::DoDuties();
    processors_ = notes_.Processors();
  }
  void PollNetwork(int64_t now_ns) override {
    if (!Leaves(Duty::kPoll)) Monitor::PollNetwork(now_ns);
  }
  void RescueTimers(int64_t now_ns) override {
    if (!Leaves(Duty::kRescue)) Monitor::RescueTimers(now_ns);
  }
  void RefreshProcessors(int64_t now_ns) override {
    if (!Leaves(Duty::kRefresh)) Monitor::RefreshProcessors(now_ns);
  }
  void KickScavenger() override {
    if (!Leaves(Duty::kKick)) Monitor::KickScavenger();
  }
  int32_t Retake(int64_t now_ns) override {
    return Leaves(Duty::kScan) ? 0 : Monitor::Retake(now_ns);
  }
  bool PreemptIfExpired(int32_t processor, int64_t now_ns) override {
    return !Leaves(Duty::kRequest) && Monitor::PreemptIfExpired(processor, now_ns);
  }
  bool LeaveInSyscall(int32_t processor, bool expired, int64_t now_ns) override {
    return Monitor::LeaveInSyscall(processor, expired, now_ns) || Leaves(Duty::kTake);
  }
  void CountIdle(int32_t taken) override { Monitor::CountIdle(Leaves(Duty::kCount) ? 0 : taken); }
  void ForceCollection(int64_t now_ns) override {
    if (!Leaves(Duty::kForce)) Monitor::ForceCollection(now_ns);
  }
  void PrintTrace(int64_t now_ns) override {
    if (!Leaves(Duty::kTrace)) Monitor::PrintTrace(now_ns);
  }

 private:
  bool Leaves(Duty duty) {
    return duty == left_out_.duty->duty && IsNow(left_out_.situation->situation);
  }

  bool IsNow(Situation situation) { return IsOfMonitor(situation) || IsOfRuntime(situation); }

  bool IsOfMonitor(Situation situation) const {
    switch (situation) {
      case Situation::kAfterLongPause:
        return notes_.now_ns - notes_.before_ns > 20'000'000;
      case Situation::kAtCap:
        return delay_ns_ == constants_.shallow_max_ns;
      case Situation::kDoubling:
        return delay_ns_ > constants_.shallow_min_ns && delay_ns_ < constants_.shallow_max_ns;
      case Situation::kEveryThirdCycle:
        return notes_.cycles % 3 == 0;
      case Situation::kFirstCycle:
        return notes_.cycles == 1;
      case Situation::kHot:
        return idle_ > 0 && idle_ <= constants_.flat_cycles;
      case Situation::kPolled:
        return notes_.polled;
      case Situation::kTimedOut:
        return notes_.slept_deep && !notes_.woken;
      case Situation::kTook:
        return notes_.took;
      case Situation::kTookBefore:
        return notes_.took_before;
      case Situation::kTraceOn:
        return constants_.trace_interval_ns > 0;
      case Situation::kWoken:
        return notes_.woken;
      default:
        return false;
    }
  }

  bool IsOfRuntime(Situation situation) {
    const int32_t idle = notes_.IdleProcessors();
    const int32_t processors = notes_.Processors();
    switch (situation) {
      case Situation::kAllIdle:
        return idle == processors;
      case Situation::kBlockedInPoller:
        return notes_.LastPollNs() == 0;
      case Situation::kCollecting:
        return notes_.Collector().collecting;
      case Situation::kCollectorOff:
        return notes_.Collector().percent < 0;
      case Situation::kGrown:
        return processors_ != 0 && processors > processors_;
      case Situation::kHelperBusy:
        return !notes_.HelperIdle();
      case Situation::kManyP:
        return processors > 4;
      case Situation::kNoTimer:
        return notes_.EarliestTimerNs() == INT64_MAX;
      case Situation::kNoneIdle:
        return idle == 0;
      case Situation::kOneP:
        return processors == 1;
      case Situation::kPollerNotReady:
        return !notes_.PollerReady();
      case Situation::kScavengerAsked:
        return notes_.ScavengerAskedFor();
      case Situation::kShrunk:
        return processors < processors_;
      case Situation::kSomeIdle:
        return idle > 0 && idle < processors;
      case Situation::kSpinning:
        return notes_.SpinningThreads() > 0;
      case Situation::kStopPending:
        return notes_.StopPending();
      case Situation::kTimerOverdue:
        return notes_.EarliestTimerNs() < notes_.now_ns;
      default:
        return false;
    }
  }

  Notes notes_;
  const LeftOut& left_out_;
  int32_t processors_ = 0;  // at the end of the last duties
};

void RunLeaver(const proctor_host* host, void* argument) {
  PortedHost ported(host);
  Leaver(ported, FromPort(*host->constants), *static_cast<const LeftOut*>(argument)).Run();
}

std::vector<LeftOut> All() {
  std::vector<LeftOut> all;
  for (const DutyEntry& duty : kDuties) {
    for (const SituationEntry& situation : kSituations) {
      const bool nothing_due = std::ranges::any_of(kNothingDue, [&](const NothingDue& entry) {
        return entry.duty == duty.duty &&
               std::ranges::find(entry.situations, situation.situation) != entry.situations.end();
      });
      if (duty.duty >= situation.first && !nothing_due) all.push_back({&duty, &situation});
    }
  }
  return all;
}

class LeftOutTest : public testing::TestWithParam<LeftOut> {};

TEST_P(LeftOutTest, IsKilled) {
  LeftOut left_out = GetParam();
  const std::string name = NameOf(left_out);
  const proctor_implementation implementation = {PROCTOR_PORT, name.c_str(), "1", RunLeaver,
                                                 &left_out};
  const auto kills = [&](ClauseId owner) {
    const Mutant mutant = {.name = name,
                           .clause = owner,
                           .text = "leaves a duty out",
                           .origin = "",
                           .profile = left_out.duty->profile,
                           .subject = {.name = name, .implementation = &implementation},
                           .consequence = {}};
    return HuntUntilKilled(mutant).killed();
  };
  EXPECT_TRUE(std::ranges::any_of(left_out.duty->owners, kills)) << name << " survives";
}

INSTANTIATE_TEST_SUITE_P(All, LeftOutTest, testing::ValuesIn(All()),
                         [](const auto& info) { return NameOf(info.param); });

}  // namespace
}  // namespace proctor
