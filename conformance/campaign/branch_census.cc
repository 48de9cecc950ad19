#include "conformance/campaign/branch_census.h"

#include <fmt/core.h>

namespace proctor {
namespace {

constexpr BranchText kTexts[] = {
#define BRANCH(enumerator, rule, text) {rule, text},
#include "conformance/campaign/branches.def"
#undef BRANCH
};

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kAbove32 = int64_t{1} << 32;

// Whether two ticks are alike in their low bits, and not in all.
bool DifferAbove(int64_t a, int64_t b, int bits) {
  const auto difference = static_cast<uint32_t>(a) ^ static_cast<uint32_t>(b);
  return difference != 0 && (difference & ((1u << bits) - 1)) == 0;
}

}  // namespace

BranchText TextOf(Branch branch) { return kTexts[static_cast<size_t>(branch)]; }

void BranchCensus::Begin(const Tunables& tunables) {
  tunables_ = tunables;
  values_ = {};
  monitor_ = -1;
  now_ns_ = cycles_ = idle_cycles_ = traced_ns_ = refreshed_ns_ = 0;
  delay_ns_ = delays_ = taken_ = 0;
  first_percent_ = kUnseen;
  in_duties_ = timed_out_ = false;
  empty_p_ = visited_p_ = -1;
  visited_.clear();
}

std::string BranchCensus::Table() const {
  std::string table;
  for (size_t i = 0; i < kBranches; ++i) {
    table += fmt::format("{:9} {:>12}  {}\n", kTexts[i].rule, counts_[i], kTexts[i].text);
  }
  return table;
}

BranchCensus::Visited& BranchCensus::At(int32_t p) {
  const auto index = static_cast<size_t>(p < 0 ? 0 : p);
  if (index >= visited_.size()) visited_.resize(index + 1);
  return visited_[index];
}

void BranchCensus::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kMonitorStart:
      monitor_ = event.m;
      return;
    case EventKind::kWrite:
      return OnWrite(event);
    case EventKind::kSwap:
      if (event.p < 0) values_[static_cast<size_t>(event.args[0])] = event.Get(Arg::kValue);
      return;
    case EventKind::kRead:
      if (event.m == monitor_) OnRead(event);
      return;
    case EventKind::kNow:
      now_ns_ = event.Get(Arg::kNowNs);
      return;
    case EventKind::kLock:
      if (event.m == monitor_) OnLock(event);
      return;
    case EventKind::kUnlock:
      if (event.m == monitor_ && event.args[0] == static_cast<int64_t>(LockId::kMonitor)) {
        in_duties_ = false;
      }
      return;
    case EventKind::kNoteWake:
      MeetIf(timed_out_, Branch::kLateWakeUp);
      return;
    case EventKind::kAffinityRead:
      MeetIf(refreshed_ns_ > 0 && now_ns_ - refreshed_ns_ == kSecondNs, Branch::kRefreshAt);
      MeetIf(refreshed_ns_ > 0 && now_ns_ - refreshed_ns_ == kSecondNs + 1, Branch::kRefreshAfter);
      refreshed_ns_ = now_ns_;
      return;
    case EventKind::kShallowSleep:
      OnShallowSleep(event.Get(Arg::kDurationNs));
      ++cycles_;
      ++idle_cycles_;
      MeetIf(cycles_ == 20'001, Branch::kCyclesAbove20000);
      MeetIf(idle_cycles_ == (1 << 16) + 1, Branch::kIdleAbove16);
      return;
    case EventKind::kHandOff:
      if (event.m == monitor_) OnTake();
      return;
    case EventKind::kDeepWake:
      timed_out_ = event.Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kTimeout);
      if (!timed_out_) idle_cycles_ = 0;
      return;
    case EventKind::kDeepSleep:
      return OnDeepSleep(event);
    case EventKind::kCollectorRead:
      if (event.m == monitor_) OnCollector(event);
      return;
    case EventKind::kTraceLine:
      traced_ns_ = now_ns_;
      MeetIf(tunables_.sched_trace_ms > 1'000, Branch::kTraceAboveSecond);
      return;
    default:
      return;
  }
}

void BranchCensus::OnTake() {
  idle_cycles_ = 0;
  ++taken_;
}

void BranchCensus::OnLock(const Event& event) {
  if (event.args[0] == static_cast<int64_t>(LockId::kSched)) timed_out_ = false;
  if (event.args[0] != static_cast<int64_t>(LockId::kMonitor)) return;
  in_duties_ = true;
  empty_p_ = visited_p_ = -1;
}

void BranchCensus::OnShallowSleep(int64_t duration_ns) {
  MeetIf(taken_ == 1 && value(Variable::kProcs) > 8 && delay_ns_ > tunables_.shallow_min_ns,
         Branch::kOneOfMany);
  taken_ = 0;
  delays_ = duration_ns == delay_ns_ ? delays_ + 1 : 1;
  MeetIf(cycles_ == 0 || duration_ns < delay_ns_, Branch::kDelayFirst);
  MeetIf(duration_ns == tunables_.shallow_min_ns && delays_ == tunables_.flat_cycles + 1,
         Branch::kDelayFlat);
  MeetIf(delay_ns_ != 0 && duration_ns == 2 * delay_ns_, Branch::kDelayDoubled);
  MeetIf(delay_ns_ != 0 && duration_ns > delay_ns_ && duration_ns < 2 * delay_ns_,
         Branch::kDelayCapped);
  delay_ns_ = duration_ns;
}

void BranchCensus::OnWrite(const Event& event) {
  if (event.p < 0) values_[static_cast<size_t>(event.args[0])] = event.Get(Arg::kValue);
}

void BranchCensus::OnRead(const Event& event) {
  const int64_t read = event.Get(Arg::kValue);
  switch (static_cast<Variable>(event.Get(Arg::kVariable))) {
    case Variable::kScheduleTick:
      return OnTick(At(event.p).schedule, read, tunables_.slice_ns, true);
    case Variable::kSyscallTick:
      return OnTick(At(event.p).syscall, read, tunables_.syscall_cap_ns, false);
    case Variable::kLocalWork:
      visited_p_ = event.p;
      At(event.p).local_work = read;
      if (read > 0) {
        const bool free = value(Variable::kSpinningThreads) + value(Variable::kIdleProcessors) > 0;
        const bool young = now_ns_ - At(event.p).syscall.since_ns < tunables_.syscall_cap_ns;
        MeetIf(free && young, Branch::kLocalWorkAlone);
        visited_p_ = -1;
      }
      return;
    case Variable::kSpinningThreads:
      spinning_ = read;
      return;
    case Variable::kIdleProcessors:
      if (visited_p_ >= 0) OnCounts();
      visited_p_ = -1;
      return;
    case Variable::kScavengerAsked:
      Meet(read != 0 ? Branch::kScavengerAsked : Branch::kScavengerUnasked);
      return;
    case Variable::kStatus:
      MeetIf(empty_p_ >= 0 && event.p > empty_p_, Branch::kNoPlace);
      if (read == static_cast<int64_t>(ProcessorStatus::kNone)) empty_p_ = event.p;
      return;
    case Variable::kEarliestTimer:
      if (in_duties_) {
        MeetIf(read == now_ns_ - 1, Branch::kRescueBefore);
        MeetIf(read == now_ns_, Branch::kRescueAt);
        return;
      }
      MeetIf(read == now_ns_ - 1, Branch::kDeepTimerBefore);
      MeetIf(read == now_ns_, Branch::kDeepTimerAt);
      MeetIf(read == now_ns_ + 1, Branch::kDeepTimerAfter);
      return;
    case Variable::kLastPoll:
      return OnLastPoll(read);
    case Variable::kStopPending: {
      const bool idle = value(Variable::kIdleProcessors) == value(Variable::kProcs);
      MeetIf(read != 0 && !idle, Branch::kDeepByStop);
      MeetIf(read == 0 && idle, Branch::kDeepByIdle);
      MeetIf(read == 0 && !idle, Branch::kDeepByNeither);
      return;
    }
    default:
      return;
  }
}

void BranchCensus::OnTick(Sighting& sighting, int64_t tick, int64_t limit_ns, bool schedule) {
  if (sighting.seen && sighting.tick != tick) {
    MeetIf(DifferAbove(sighting.tick, tick, 8),
           schedule ? Branch::kScheduleTick8 : Branch::kSyscallTick8);
    MeetIf(DifferAbove(sighting.tick, tick, 16),
           schedule ? Branch::kScheduleTick16 : Branch::kSyscallTick16);
    MeetIf(DifferAbove(sighting.tick, tick, 24),
           schedule ? Branch::kScheduleTick24 : Branch::kSyscallTick24);
  }
  if (!sighting.seen || sighting.tick != tick) {
    sighting = {.seen = true, .tick = tick, .since_ns = now_ns_};
    return;
  }
  const int64_t age_ns = now_ns_ - sighting.since_ns;
  MeetIf(age_ns > kAbove32, schedule ? Branch::kSliceAbove32 : Branch::kSyscallAbove32);
  MeetIf(age_ns == limit_ns - 1, schedule ? Branch::kSliceBefore : Branch::kCapBefore);
  MeetIf(age_ns == limit_ns, schedule ? Branch::kSliceAt : Branch::kCapAt);
  MeetIf(schedule && age_ns == limit_ns + 1, Branch::kSliceAfter);
}

// Both counts have been read for a P in a system call without local work.
void BranchCensus::OnCounts() {
  const int64_t idle = value(Variable::kIdleProcessors);
  const bool young = now_ns_ - At(visited_p_).syscall.since_ns < tunables_.syscall_cap_ns;
  const Sighting& schedule = At(visited_p_).schedule;
  MeetIf(young && spinning_ + idle > 0 && now_ns_ - schedule.since_ns >= tunables_.slice_ns,
         Branch::kExpiredLeft);
  MeetIf(young && spinning_ + idle == 0, Branch::kNobodyFreeAlone);
  MeetIf(!young && spinning_ + idle > 0, Branch::kCapAlone);
  MeetIf(young && spinning_ > 0 && idle == 0, Branch::kSpinningAlone);
  MeetIf(young && spinning_ == 0 && idle > 0, Branch::kIdleAlone);
}

void BranchCensus::OnLastPoll(int64_t last_ns) {
  MeetIf(last_ns == 0, Branch::kPollBlocked);
  const int64_t age_ns = now_ns_ - last_ns;
  MeetIf(age_ns == tunables_.poll_stale_ns - 1, Branch::kPollBefore);
  MeetIf(age_ns == tunables_.poll_stale_ns, Branch::kPollAt);
  MeetIf(age_ns == tunables_.poll_stale_ns + 1, Branch::kPollAfter);
}

// It is read in every cycle, behind the scan.
void BranchCensus::OnCollector(const Event& event) {
  MeetIf(value(Variable::kPollerReady) == 0, Branch::kPollNotReady);
  if (tunables_.sched_trace_ms > 0 && traced_ns_ > 0) {
    const int64_t age_ns = now_ns_ - traced_ns_;
    const int64_t interval_ns = tunables_.sched_trace_ms * (kSecondNs / 1'000);
    MeetIf(age_ns == interval_ns - 1, Branch::kTraceBefore);
    MeetIf(age_ns == interval_ns, Branch::kTraceAt);
  }
  if (refreshed_ns_ > 0) {
    const int64_t age_ns = now_ns_ - refreshed_ns_;
    MeetIf(age_ns == kSecondNs - 1, Branch::kRefreshBefore);
  }
  const int64_t last_ns = event.Get(Arg::kLastNs);
  const int64_t percent = event.Get(Arg::kPercent);
  const int64_t age_ns = now_ns_ - last_ns;
  struct Term {
    bool holds;
    Branch alone;
  };
  const Term terms[] = {
      {value(Variable::kCollectorEnabled) != 0, Branch::kGcNotEnabled},
      {value(Variable::kDying) == 0, Branch::kGcDying},
      {value(Variable::kCollecting) == 0, Branch::kGcCollecting},
      {percent >= 0, Branch::kGcPercent},
      {last_ns != 0, Branch::kGcFirst},
      {age_ns > tunables_.forcegc_period_ns, Branch::kGcYoung},
      {value(Variable::kHelperIdle) != 0, Branch::kGcHelperBusy},
  };
  int missing = 0;
  Branch alone = Branch::kGcDue;
  for (const Term& term : terms) {
    if (term.holds) continue;
    ++missing;
    alone = term.alone;
  }
  if (missing <= 1) Meet(alone);
  if (first_percent_ == kUnseen) first_percent_ = percent;
  MeetIf(missing == 1 && percent < 0 && first_percent_ >= 0, Branch::kGcTurnedOff);
  MeetIf(missing == 0 && first_percent_ < 0, Branch::kGcTurnedOn);
  if (missing == 0) {
    MeetIf(percent == 0, Branch::kGcPercentZero);
    MeetIf(age_ns > kAbove32, Branch::kGcAbove32);
    MeetIf(age_ns == tunables_.forcegc_period_ns + 1, Branch::kGcAfter);
  }
  MeetIf(missing == 1 && age_ns == tunables_.forcegc_period_ns, Branch::kGcAt);
}

void BranchCensus::OnDeepSleep(const Event& event) {
  const int64_t duration_ns = event.Get(Arg::kDurationNs);
  const bool longest = duration_ns == tunables_.forcegc_period_ns / 2;
  Meet(longest ? Branch::kDeepAtMost : Branch::kDeepByTimer);
  MeetIf(duration_ns == tunables_.relax_min_ns - 1, Branch::kRelaxBelow);
  MeetIf(duration_ns == tunables_.relax_min_ns, Branch::kRelaxAt);
  MeetIf(duration_ns == tunables_.relax_min_ns + 1, Branch::kRelaxAbove);
}

}  // namespace proctor
