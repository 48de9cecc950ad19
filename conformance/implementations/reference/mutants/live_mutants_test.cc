// The mutants of the monitor in the real runtime: those that real time can show are noticed, by the
// tiers that this table names, on the cheapest scenario that shows them. What each tier sees is
// left as a table in the test's outputs (mutants_by_tier.md).

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/adapter/driver.h"
#include "conformance/contract/contract.h"
#include "conformance/implementations/reference/mutants/monitor_mutants.h"
#include "conformance/judge/panel.h"
#include "conformance/scenario/operations.h"
#include "conformance/scenario/scenario.h"

namespace proctor {
namespace {

using enum ClauseId;

constexpr int64_t kMs = 1'000'000;
// A mutant may well hang; that is noticed too.
constexpr int64_t kBudgetMs = 5'000;

Operation Spin(int64_t ms) { return For(Op::kSpin, ms * kMs); }
Operation Block(int64_t ms) { return For(Op::kBlock, ms * kMs); }
Operation Sleep(int64_t ms) { return For(Op::kSleep, ms * kMs); }
Operation Collect() { return For(Op::kCollect); }

Outside ReadyEvery(int64_t ms, int64_t times) {
  return {.at_ns = ms * kMs, .kind = OutsideKind::kReady, .every_ns = ms * kMs, .times = times};
}

std::map<std::string_view, Scenario> Scenarios() {
  std::map<std::string_view, Scenario> all = {
      {"busy", {.tunables = {{"procs", 1}}, .tasks = {{.ops = {Spin(60)}}}}},
      {"long", {.tunables = {{"procs", 1}}, .tasks = {{.ops = {Spin(350)}}}}},
      {"idle",
       {.tunables = {{"procs", 1}, {"relax_min_ns", 30 * kMs}},
        .tasks = {{.ops = {Spin(20), Sleep(100), Collect(), Sleep(15)}, .repeat = 2}}}},
      {"forced",
       {.tunables = {{"procs", 1}, {"forcegc_period_ns", 40 * kMs}},
        .tasks = {{.ops = {Collect(), Sleep(150)}}}}},
      {"forced_busy",
       {.tunables = {{"procs", 1}, {"forcegc_period_ns", 40 * kMs}},
        .tasks = {{.ops = {Spin(20), Collect(), Spin(120)}}}}},
      {"percent_zero",
       {.tunables = {{"procs", 1}, {"forcegc_period_ns", 20 * kMs}, {"gc_percent", 0}},
        .tasks = {{.ops = {Collect(), Spin(100)}}}}},
      {"collector_off",
       {.tunables = {{"procs", 1}, {"forcegc_period_ns", 20 * kMs}, {"gc_percent", -1}},
        .tasks = {{.ops = {Collect(), Spin(60), Sleep(30)}}}}},
      {"blocked",
       {.tunables = {{"procs", 1}},
        .tasks = {{.ops = {Spin(2), Spawn(1), Block(9)}, .repeat = 24},
                  {.ops = {For(Op::kYield)}, .start = false}}}},
      {"blocked_alone",
       {.tunables = {{"procs", 2}}, .tasks = {{.ops = {Spin(15), Block(60)}, .repeat = 4}}}},
      {"left_alone",
       {.tunables = {{"procs", 2}, {"shallow_max_ns", kMs}, {"syscall_cap_ns", 30 * kMs}},
        .tasks = {{.ops = {Spin(5), Block(70)}, .repeat = 8}}}},
      {"watched",
       {.tunables = {{"procs", 1}, {"shallow_max_ns", kMs}}, .tasks = {{.ops = {Spin(100)}}}}},
      {"yielding",
       {.tunables = {{"procs", 1}, {"shallow_max_ns", kMs}},
        .tasks = {{.ops = {Spin(7), For(Op::kYield)}, .repeat = 12},
                  {.ops = {Spin(7), For(Op::kYield)}, .repeat = 12}}}},
      {"unyielding",
       {.tunables = {{"procs", 1}, {"asynchronous_preemption", 0}},
        .tasks = {{.ops = {Spin(100)}}}}},
      {"wake_up",
       {.tunables = {{"procs", 1}},
        .descriptors = 1,
        .tasks = {{.ops = {Spin(15),
                           For(Op::kWait),
                           {.op = Op::kCalls, .duration_ns = 50'000},
                           Spin(100)},
                   .repeat = 4}},
        .outside = {ReadyEvery(250, 4)}}},
      {"calls",
       {.tunables = {{"procs", 1}, {"slice_ns", kMs}, {"shallow_max_ns", kMs}},
        .tasks = {{.ops = {{.op = Op::kCalls, .duration_ns = 400 * kMs}}}}}},
      // Nothing but deep sleeps that time out, from a fresh start of the cadence on.
      {"naps",
       {.tunables = {{"procs", 1}, {"gc_percent", -1}, {"forcegc_period_ns", 4 * kMs}},
        .tasks = {{.ops = {Block(40), Sleep(300)}}}}},
      // ... and so many that the run of shortest sleeps is over on a busy machine too; again and
      // again, for there the P may not be taken from the call, and the cadence begins earlier.
      {"long_nap",
       {.tunables = {{"procs", 1}, {"gc_percent", -1}, {"forcegc_period_ns", 4 * kMs}},
        .tasks = {{.ops = {Block(40), Sleep(400)}, .repeat = 4}}}},
      {"blocked_beside",
       {.tunables = {{"procs", 2}},
        .tasks = {{.ops = {Spin(160)}}, {.ops = {Spin(20), Block(25)}, .repeat = 3}}}},
      {"network",
       {.tunables = {{"procs", 1}},
        .descriptors = 1,
        .tasks = {{.ops = {For(Op::kWait), Spin(12), For(Op::kWait), Spawn(1), Block(20)},
                   .repeat = 3},
                  {.ops = {For(Op::kYield)}, .start = false}},
        .outside = {ReadyEvery(30, 6)}}},
      {"poll",
       {.tunables = {{"procs", 1}},
        .descriptors = 1,
        .tasks = {{.ops = {Spin(250)}}, {.ops = {For(Op::kWait)}, .repeat = 4}},
        .outside = {ReadyEvery(30, 4)}}},
      // Its turns are closer to each other than a poll is stale.
      {"poll_watched",
       {.tunables = {{"procs", 1}, {"shallow_max_ns", kMs}},
        .descriptors = 1,
        .tasks = {{.ops = {Spin(150)}}, {.ops = {For(Op::kWait)}, .repeat = 2}},
        .outside = {ReadyEvery(30, 2)}}},
      {"traced",
       {.tunables = {{"procs", 1}, {"sched_trace_ms", 10}},
        .tasks = {{.ops = {Sleep(60), Spin(60)}, .repeat = 3}}}},
      {"forced_often",
       {.tunables = {{"procs", 1}, {"forcegc_period_ns", 30 * kMs}},
        .tasks = {{.ops = {Collect(), Spin(450)}}}}},
      {"traced_forced",
       {.tunables = {{"procs", 1}, {"sched_trace_ms", 5}, {"forcegc_period_ns", 5 * kMs}},
        .tasks = {{.ops = {Collect(), Spin(200)}}}}},
      {"deadlock",
       {.tunables = {{"procs", 1}},
        .channels = {{}},
        .tasks = {{.ops = {Receive(0)}}},
        .ending = Ending::kDeadlock}},
  };
  for (auto& [name, scenario] : all) {
    scenario.name = name;
    scenario.budget_ms = kBudgetMs;
  }
  return all;
}

// A mutant, where it shows, by what clause (its own where that can be seen for real), and for which
// tiers.
struct Shown {
  const char* mutant;
  const char* scenario;
  ClauseId clause;
  TierSet tiers;
};

void PrintTo(const Shown& shown, std::ostream* out) {
  *out << shown.mutant << " on " << shown.scenario;
}

constexpr Shown kShown[] = {
    {"length_read_once", "blocked_alone", kSLICE_1, kT},
    {"never_polls", "poll", kPOLL_1, kT},
    {"no_kick_after_deep_sleep", "forced", kSCAV_1, kT},
    {"period_doubled", "forced", kGC_1, kT},
    {"never_forces", "forced", kGC_1, kT},
    {"retakes_before_polling", "poll", kCYC_1, kT},
    {"scavenger_unheard", "collector_off", kSCAV_1, kT},
    {"traces_before_collecting", "traced_forced", kCYC_1, kT},
    {"bumps_after_hand_off", "blocked", kSYS_6, kT},
    {"bumps_tick_twice", "blocked", kSYS_6, kT},
    {"drops_all_p_for_request", "watched", kCYC_4, kT},
    {"flag_cleared_unlocked", "naps", kDEEP_6, kT},
    {"forces_before_scan", "forced_busy", kCYC_1, kT},
    {"no_scan_after_deep_sleep", "forced", kCYC_1, kT},
    {"no_scan_after_poll", "poll", kCYC_1, kT},
    {"no_scan_at_cap", "busy", kCYC_1, kT},
    {"scans_every_other_cycle", "busy", kCYC_1, kT},
    {"note_cleared_before_sleep", "naps", kDEEP_6, kT},
    {"preempts_all_before_duties", "busy", kSLICE_3, kT},
    {"relaxes_shallow_sleep", "busy", kDEEP_5, kT},
    {"starts_threads", "blocked_alone", kCYC_6, kT},
    {"scans_unlocked", "watched", kCYC_4, kT},
    {"swaps_running", "busy", kSYS_6, kT},
    {"takes_all_after_scan", "left_alone", kSYS_1, kT},
    {"wakes_scavenger_twice", "collector_off", kSCAV_1, kT},
    {"percent_of_zero", "percent_zero", kGC_1, kT},
    {"not_a_system_thread", "deadlock", kDEAD_3, kX},
    // Too short for the observer to know a monitor by, or too long.
    {"sleep_of_zero", "busy", kCAD_2, kT},
    {"sleep_in_wrong_unit", "busy", kCAD_2, kT},
    {"no_cap", "busy", kID_4, kO},
    {"sleeps_twice", "busy", kCAD_1, kT},
    {"doubles_too_early", "busy", kCAD_2, kT | kO},
    {"doubles_too_late", "busy", kCAD_2, kT},
    {"grows_linearly", "busy", kCAD_2, kT | kO},
    {"idle_kept_on_take", "blocked_beside", kCAD_3, kT},
    {"idle_kept_on_wake_up", "wake_up", kCAD_4, kT},
    {"wake_up_cycle_uncounted", "wake_up", kCAD_4, kT},
    {"idle_reset_on_timeout", "long_nap", kCAD_5, kT},
    {"idle_reset_by_injection", "poll", kCAD_6, kT},
    {"idle_reset_by_preemption", "traced", kCAD_6, kT | kO},
    {"idle_reset_by_scavenger", "forced_busy", kCAD_6, kT},
    {"idle_reset_by_collection", "forced_often", kCAD_6, kT},
    {"deep_cycles_uncounted", "long_nap", kCAD_5, kT},
    {"no_first_test", "naps", kDEEP_1, kT},
    {"no_second_test", "naps", kDEEP_1, kT},
    {"never_deep", "network", kCYC_1, kT},
    {"deep_while_one_runs", "blocked_beside", kDEEP_11, kT},
    {"deep_with_trace", "traced", kDEEP_13, kT | kO},
    {"deep_twice", "forced", kDEEP_14, kT | kO},
    {"next_timer_ignored", "idle", kDEEP_4, kT},
    {"deep_max_doubled", "forced", kDEEP_4, kT | kO},
    {"flag_after_unlock", "naps", kDEEP_3, kT},
    {"flag_not_published", "naps", kDEEP_3, kT},
    {"flag_left_up", "naps", kDEEP_6, kT},
    {"note_not_reset", "naps", kDEEP_6, kT},
    {"note_reset_too_early", "naps", kDEEP_6, kT},
    {"never_relaxes", "naps", kDEEP_5, kT},
    {"always_relaxes", "idle", kDEEP_5, kT},
    {"stays_relaxed", "naps", kDEEP_5, kT},
    {"stale_now", "busy", kCYC_2, kT},
    {"clock_read_twice", "busy", kCYC_2, kT},
    {"duties_without_lock", "busy", kCYC_3, kT},
    {"polls_beside_another", "traced", kPOLL_1, kT | kO},
    {"polls_every_cycle", "poll_watched", kPOLL_1, kT | kO},
    {"poll_may_block", "poll", kPOLL_3, kT | kO},
    {"injects_unbracketed", "poll", kPOLL_4, kT},
    {"bracket_too_short", "poll", kPOLL_4, kT},
    {"adjusts_waiters_too_early", "poll", kPOLL_5, kT},
    {"no_timer_rescue", "busy", kVER_1, kT},
    {"scavenger_kicked_unasked", "busy", kSCAV_1, kT},
    {"period_halved", "forced", kGC_1, kT},
    {"forces_before_the_first", "busy", kGC_1, kT},
    {"percent_not_checked", "collector_off", kGC_3, kT},
    {"helper_flag_unlocked", "forced", kGC_2, kT},
    {"trace_twice_per_interval", "traced", kTRC_1, kT | kO},
    {"trace_starts_late", "traced", kTRC_1, kT | kO},
    {"first_processor_only", "blocked_alone", kSLICE_1, kT},
    {"stamp_not_refreshed", "yielding", kSLICE_2, kT},
    {"slice_too_short", "watched", kSLICE_3, kT},
    {"slice_too_long", "watched", kSLICE_3, kT},
    {"never_preempts", "watched", kSLICE_3, kT},
    {"asks_once", "unyielding", kSLICE_4, kT},
    {"schedule_tick_by_order", "long", kSYS_10, kT},
    {"syscall_tick_by_order", "blocked", kSYS_10, kT},
    {"stamps_idle", "blocked_alone", kSYS_10, kT},
    {"takes_at_first_sight", "blocked", kSYS_1, kT},
    {"never_retakes", "left_alone", kSYS_3, kT},
    {"idle_processors_ignored", "left_alone", kSYS_2, kT},
    {"left_alone_for_ever", "left_alone", kSYS_3, kT},
    {"slice_bypasses_nothing", "calls", kSYS_5, kT},
    {"winner_bumps_nothing", "blocked", kSYS_6, kT},
    {"takes_unbracketed", "blocked", kSYS_7, kT},
    {"preemption_counts_as_taken", "traced", kSYS_11, kT},
    {"takes_by_swap", "blocked", kVER_3, kT},
    {"bracket_for_calls_only", "busy", kVER_3, kT},
};

// Noticed by the runtime itself, which ends: a crash, or what it does instead of a deadlock report.
struct Ends {
  const char* mutant;
  const char* scenario;
  Outcome outcome;
};

void PrintTo(const Ends& ends, std::ostream* out) {
  *out << ends.mutant << " on " << ends.scenario;
}

constexpr Ends kEnds[] = {
    {"helper_flag_left_up", "forced_busy", Outcome::kCrash},
    {"takes_under_all_p", "blocked", Outcome::kCrash},
};

// What a real run cannot be made to show, and why.
constexpr std::string_view kVirtualOnly = "tier V decides it; no scenario for it in real time yet";
const std::map<std::string_view, std::string_view> kUnseen = {
    {"asks_after_taking", kVirtualOnly},
    {"counts_of_8_bits", kVirtualOnly},
    {"ready_of_8_bits", kVirtualOnly},
    {"waiters_of_8_bits", kVirtualOnly},
    {"asks_the_first_64", kVirtualOnly},
    {"bumps_no_last_tick", kVirtualOnly},
    {"refresh_of_32_bits", kVirtualOnly},
    {"refresh_not_when_took", kVirtualOnly},
    {"sleep_of_32_bits", kVirtualOnly},
    {"trace_interval_of_32_bits", kVirtualOnly},
    {"percent_of_16_bits", kVirtualOnly},
    {"no_force_after_wake_up", kVirtualOnly},
    {"no_force_after_lost_take", kVirtualOnly},
    {"timer_before_lock", kVirtualOnly},
    {"timer_with_clock", kVirtualOnly},
    {"locks_task_twice", kVirtualOnly},
    {"one_taken_of_many", kVirtualOnly},
    {"percent_off_kept", kVirtualOnly},
    {"brackets_idle", kVirtualOnly},
    {"bumps_under_all_p", kVirtualOnly},
    {"idle_reset_by_refresh", kVirtualOnly},
    {"idle_reset_by_resize", kVirtualOnly},
    {"period_from_own_request", kVirtualOnly},
    {"schedule_tick_for_calls", kVirtualOnly},
    {"percent_on_kept", kVirtualOnly},
    {"starts_thread_after_injection", kVirtualOnly},
    {"starts_thread_after_take", kVirtualOnly},
    {"takes_when_expired", kVirtualOnly},
    {"clock_before_shallow_sleep", kVirtualOnly},
    {"counts_unread", kVirtualOnly},
    {"helper_in_two_holds", kVirtualOnly},
    {"note_reset_twice", kVirtualOnly},
    {"preempts_all_after_scan", kVirtualOnly},
    {"preempts_all_before_scan", kVirtualOnly},
    {"rescue_in_wrong_profile", kVirtualOnly},
    {"swaps_from_later_reading", kVirtualOnly},
    {"overdue_timer_ignored",
     "needs a timer that is overdue with every processor idle: here somebody runs it"},
    {"timer_due_now_ignored", "needs a timer due in the very nanosecond of the look"},
    {"no_first_deadlock_check", "no task can wait for ever before the monitor's first step"},
    {"polls_when_just_stale", "needs a poll to be stale to the nanosecond"},
    {"last_poll_moved_back", "needs a rival's poll between the look and the swap"},
    {"lost_swap_ends_poll", "needs a rival's poll between the look and the swap"},
    {"forces_at_the_period", "needs a collection to be due to the nanosecond"},
    {"forces_while_collecting", "needs a forced collection to be due during another"},
    {"forces_while_dying", "the process is gone before the monitor looks"},
    {"local_work_ignored", "needs work behind a call that no idle processor steals"},
    {"takes_whatever_the_swap", "needs the call to end between the look and the swap"},
    {"loser_bumps_tick", "needs the call to end between the look and the swap"},
    {"cap_at_the_edge", kVirtualOnly},
    {"cap_before_the_edge", kVirtualOnly},
    {"cap_of_32_bits", kVirtualOnly},
    {"caps_doubled_only", kVirtualOnly},
    {"checks_before_counting", kVirtualOnly},
    {"checks_twice", kVirtualOnly},
    {"counts_itself_twice", kVirtualOnly},
    {"counts_itself_unlocked", kVirtualOnly},
    {"counts_last_only", kVirtualOnly},
    {"enabled_not_checked", kVirtualOnly},
    {"hook_before_lock", kVirtualOnly},
    {"hook_every_other_cycle", kVirtualOnly},
    {"hook_never", kVirtualOnly},
    {"hook_twice", kVirtualOnly},
    {"idle_of_16_bits", kVirtualOnly},
    {"idle_of_8_bits", kVirtualOnly},
    {"loop_ends", kVirtualOnly},
    {"lost_swap_tried_again", kVirtualOnly},
    {"never_deep_again", kVirtualOnly},
    {"never_refreshes", kVirtualOnly},
    {"no_force_after_take", kVirtualOnly},
    {"no_scan_during_stop", kVirtualOnly},
    {"period_of_32_bits", kVirtualOnly},
    {"polls_when_longer_stale", kVirtualOnly},
    {"refreshes_every_cycle", kVirtualOnly},
    {"relax_at_the_edge", kVirtualOnly},
    {"rescues_any_timer", kVirtualOnly},
    {"rescues_twice", kVirtualOnly},
    {"schedule_tick_of_16_bits", kVirtualOnly},
    {"schedule_tick_of_8_bits", kVirtualOnly},
    {"slice_at_the_edge", kVirtualOnly},
    {"slice_before_the_edge", kVirtualOnly},
    {"slice_of_32_bits", kVirtualOnly},
    {"spinning_not_counted", kVirtualOnly},
    {"stamps_dead", kVirtualOnly},
    {"stops_at_empty_place", kVirtualOnly},
    {"syscall_tick_of_16_bits", kVirtualOnly},
    {"syscall_tick_of_8_bits", kVirtualOnly},
    {"taken_of_8_bits", kVirtualOnly},
    {"task_lock_winner_bumps_nothing", kVirtualOnly},
    {"trace_interval_of_a_second_at_most", kVirtualOnly},
    {"trace_with_last_time", kVirtualOnly},
    {"waiters_with_wrong_sign", kVirtualOnly},
};

// The clauses violated, by tier.
using Findings = std::map<Tier, std::set<ClauseId>>;
// What is said of the others.
using Said = std::map<std::pair<Tier, ClauseId>, std::string>;

void Grade(const Header& header, Profile profile, const std::vector<Event>& events,
           Findings& findings, Said* said = nullptr) {
  if (events.empty()) return;
  Header graded = header;
  graded.profile = profile;
  Panel panel(graded);
  for (const Event& event : events) panel.Observe(event);
  for (const Ruling& ruling : panel.Close()) {
    if (ruling.verdict == Verdict::kViolates) {
      findings[ruling.tier].insert(ruling.clause);
    } else if (said != nullptr) {
      (*said)[{ruling.tier, ruling.clause}] =
          fmt::format("{} of {} events, {} triggers: {}", VerdictName(ruling.verdict),
                      events.size(), ruling.triggers, ruling.message);
    }
  }
}

struct Hunted {
  // Why a clause is not among the findings: "SCAV-1 by tier T; timed out; not_exercised of 9 ...".
  std::string Describe(Tier tier, ClauseId clause) const {
    std::string text = fmt::format("{} by tier {}", ClauseName(clause), TierName(tier));
    if (!message.empty()) text += "; " + message;
    const auto ruling = said.find({tier, clause});
    return text + "; " + (ruling != said.end() ? ruling->second : "no evidence");
  }

  Outcome outcome;
  Findings findings;
  Said said;
  std::string message;
};

Hunted Hunt(const MonitorMutant& mutant, const Scenario& scenario) {
  EXPECT_EQ(Validate(scenario), "");
  const Run run = RunScenario(
      {.argv = {"conformance/implementations/reference/mutants/adapter", std::string(mutant.name)},
       .trace = true},
      scenario);
  Hunted hunted{.outcome = run.outcome, .findings = {}, .said = {}, .message = run.message};
  Grade(run.header, mutant.profile, run.events, hunted.findings, &hunted.said);
  Grade(run.trace_header, mutant.profile, run.trace, hunted.findings, &hunted.said);
  return hunted;
}

// A row of the table: the clauses that each tier saw broken.
class Table {
 public:
  static Table& The() {
    static Table table;
    return table;
  }
  void Add(std::string_view mutant, std::string_view scenario, const Hunted& hunted) {
    std::string row = "| " + std::string(mutant) + " | " + std::string(scenario) + " |";
    for (const Tier tier : {kT, kO, kX}) {
      const auto found = hunted.findings.find(tier);
      if (found != hunted.findings.end()) {
        for (const ClauseId clause : found->second) row += " " + std::string(ClauseName(clause));
      }
      row += " |";
    }
    rows_.push_back(row + " " + hunted.message + " |\n");
  }
  void AddUnseen(std::string_view mutant, std::string_view reason) {
    rows_.push_back("| " + std::string(mutant) + " | | | | | not seen: " + std::string(reason) +
                    " |\n");
  }
  ~Table() {
    const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
    if (folder == nullptr) return;
    std::ofstream file(std::string(folder) + "/mutants_by_tier.md");
    file << "| mutant | scenario | T | O | X | the run |\n|---|---|---|---|---|---|\n";
    for (const std::string& row : rows_) file << row;
  }

 private:
  std::vector<std::string> rows_;
};

class ShownMutant : public testing::TestWithParam<Shown> {};

TEST_P(ShownMutant, IsNoticed) {
  const MonitorMutant* mutant = FindMonitorMutant(GetParam().mutant);
  ASSERT_NE(mutant, nullptr) << GetParam().mutant;
  const Hunted hunted = Hunt(*mutant, Scenarios().at(GetParam().scenario));
  Table::The().Add(mutant->name, GetParam().scenario, hunted);
  for (const Tier tier : kTiers) {
    if ((GetParam().tiers & tier) == 0) continue;
    const auto found = hunted.findings.find(tier);
    EXPECT_TRUE(found != hunted.findings.end() && found->second.contains(GetParam().clause))
        << hunted.Describe(tier, GetParam().clause);
  }
}

INSTANTIATE_TEST_SUITE_P(Mutants, ShownMutant, testing::ValuesIn(kShown),
                         [](const auto& info) { return std::string(info.param.mutant); });

class EndingMutant : public testing::TestWithParam<Ends> {};

TEST_P(EndingMutant, IsNoticed) {
  const MonitorMutant* mutant = FindMonitorMutant(GetParam().mutant);
  ASSERT_NE(mutant, nullptr) << GetParam().mutant;
  const Hunted hunted = Hunt(*mutant, Scenarios().at(GetParam().scenario));
  Table::The().Add(mutant->name, GetParam().scenario, hunted);
  EXPECT_EQ(hunted.outcome, GetParam().outcome) << hunted.message;
}

INSTANTIATE_TEST_SUITE_P(Mutants, EndingMutant, testing::ValuesIn(kEnds),
                         [](const auto& info) { return std::string(info.param.mutant); });

TEST(Hunted, IsDescribedInPartsThatCanBeToldApart) {
  const Hunted hunted{.outcome = Outcome::kTimeout,
                      .findings = {},
                      .said = {{{kT, kSCAV_1}, "not_exercised"}},
                      .message = "timed out"};
  EXPECT_EQ(hunted.Describe(kT, kSCAV_1), "SCAV-1 by tier T; timed out; not_exercised");
  EXPECT_EQ(hunted.Describe(kO, kCAD_2), "CAD-2 by tier O; timed out; no evidence");
}

// Nothing would be worth anything if the reference were noticed, too.
TEST(Mutants, TheReferenceIsNotNoticedOnTheSameScenarios) {
  for (const auto& [name, scenario] : Scenarios()) {
    const proctor::Run run = RunScenario(
        {.argv = {"conformance/implementations/reference/adapter"}, .trace = true}, scenario);
    EXPECT_EQ(run.outcome, Outcome::kDone) << name << ": " << run.message;
    Findings findings;
    Grade(run.header, kDefaultProfile, run.events, findings);
    Grade(run.trace_header, kDefaultProfile, run.trace, findings);
    for (const auto& [tier, clauses] : findings) {
      for (const ClauseId clause : clauses) {
        ADD_FAILURE() << name << ": " << ClauseName(clause) << " by tier " << TierName(tier);
      }
    }
  }
}

TEST(Mutants, AreAllAccountedFor) {
  std::set<std::string_view> known;
  for (const Shown& shown : kShown) known.insert(shown.mutant);
  for (const Ends& ends : kEnds) known.insert(ends.mutant);
  for (const auto& [mutant, reason] : kUnseen) {
    EXPECT_TRUE(known.insert(mutant).second) << mutant << " is seen, and is not";
    Table::The().AddUnseen(mutant, reason);
  }
  for (const MonitorMutant& mutant : MonitorMutants()) {
    EXPECT_TRUE(known.contains(mutant.name))
        << mutant.name << ": where does it show (kShown, kEnds), or why not (kUnseen)?";
  }
}

}  // namespace
}  // namespace proctor
