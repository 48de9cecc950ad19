#include "conformance/scenario/library.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

namespace proctor {

// The files in library/, embedded.
extern const std::string_view kLoneSpinnerScenario;
extern const std::string_view kIdleScenario;
extern const std::string_view kTimersScenario;
extern const std::string_view kTimeSlicesScenario;
extern const std::string_view kBlockedWithWorkScenario;
extern const std::string_view kBlockedForLongScenario;
extern const std::string_view kBlockedAloneScenario;
extern const std::string_view kBlockedBesideSleepersScenario;
extern const std::string_view kBlockedBesideSpinnerScenario;
extern const std::string_view kDeepSleepWakeUpsScenario;
extern const std::string_view kPollWithEveryPBusyScenario;
extern const std::string_view kPollBesideASpinnerScenario;
extern const std::string_view kForcedCollectionsScenario;
extern const std::string_view kCollectorOffScenario;
extern const std::string_view kDeadlockScenario;
extern const std::string_view kTimerIsNoDeadlockScenario;
extern const std::string_view kNetworkIsNoDeadlockScenario;
extern const std::string_view kSchedulerTraceScenario;
extern const std::string_view kSchedulerTraceBesideASpinnerScenario;
extern const std::string_view kPreemptionOffScenario;
extern const std::string_view kStopTheWorldScenario;
extern const std::string_view kMixedLoadScenario;
extern const std::string_view kCpuAffinityScenario;
extern const std::string_view kTakenThenComputingScenario;
extern const std::string_view kHotHandOffsScenario;
extern const std::string_view kTimersBehindACallScenario;
extern const std::string_view kAloneBesideAnIdlePScenario;
extern const std::string_view kHotSlicesScenario;
extern const std::string_view kShortCallsScenario;
extern const std::string_view kReturnsFromCallsScenario;
extern const std::string_view kNapsScenario;
extern const std::string_view kWokenThenComputingScenario;
extern const std::string_view kStopTheWorldOftenScenario;
extern const std::string_view kOverlappingSpinsScenario;
extern const std::string_view kComputingAfterCallsScenario;
extern const std::string_view kCollectionsWhileComputingScenario;
extern const std::string_view kTimersOnTimeScenario;
extern const std::string_view kTimersBesideSpinnerScenario;
extern const std::string_view kTimersStoppedAndResetScenario;
extern const std::string_view kTimersResetToSoonerScenario;
extern const std::string_view kTimersWhileProcsChangeScenario;
extern const std::string_view kSpinnersBeyondCpusScenario;
extern const std::string_view kSpinnersOnManyPScenario;
extern const std::string_view kCallsAfterComputingScenario;
extern const std::string_view kMadeReadyBesideIdlePScenario;
extern const std::string_view kManyAtOnceScenario;
extern const std::string_view kCallsSideBySideScenario;
extern const std::string_view kTimersBesideAnIdlePScenario;
extern const std::string_view kDeadlockAfterCallsScenario;
extern const std::string_view kManyPScenario;
extern const std::string_view kManyTimersScenario;
extern const std::string_view kPollManyAtOnceScenario;
extern const std::string_view kSpawnedBesideIdlePScenario;
extern const std::string_view kIdleWithoutTimersScenario;
extern const std::string_view kHandedOverScenario;
extern const std::string_view kQueuesWhileProcsChangeScenario;
extern const std::string_view kLongSlicesScenario;
extern const std::string_view kPollBesideLongSlicesScenario;
extern const std::string_view kTimersBesideLongSlicesScenario;
extern const std::string_view kUntoldCallsScenario;
extern const std::string_view kReturnsBesideARingScenario;
extern const std::string_view kTimersBesideAPollerScenario;

namespace {

using enum ClauseId;

// In the scenarios for clauses about delays (time_slices, blocked_with_work,
// poll_with_every_p_busy) `repeat` and `times` are numbers of samples: 32 on time decide, and every
// late one among them asks for 25 more (judge/samples.h). Where one comes, another scenario for the
// same clause decides: one that runs only then, or one with as many samples.
struct Entry {
  std::string_view file;  // its contents
  std::vector<ClauseId> clauses;
  std::vector<ClauseId> inspected = {};
  bool only_where_open = false;  // a runtime with long slices shows too little in the ordinary ones
};

std::vector<Entry> Entries() {
  return {
      {kLoneSpinnerScenario,
       {kID_1, kID_4, kCAD_1, kCAD_2, kCAD_6, kCAD_8, kCAD_9, kDEEP_11, kPRE_1, kSLICE_4}},
      {kIdleScenario, {kID_1, kCAD_5, kCAD_9, kCYC_1, kDEEP_4, kDEEP_7, kDEEP_14}},
      {kTimersScenario, {kCAD_9, kDEEP_4}},
      {kTimeSlicesScenario, {kCAD_6, kSLICE_3, kPRE_5}},
      {kBlockedWithWorkScenario, {kSYS_4, kHAND_8}},
      {kBlockedForLongScenario, {kSYS_4, kHAND_8}},
      {kBlockedAloneScenario, {kSYS_3, kDEEP_14}},
      {kBlockedBesideSleepersScenario, {kHAND_7, kDEEP_4}, {kDEEP_4, kHAND_7}},
      {kBlockedBesideSpinnerScenario, {kCAD_3, kDEEP_11}, {kCYC_1, kSLICE_1, kSLICE_3, kSYS_11}},
      {kDeepSleepWakeUpsScenario, {kCAD_4, kDEEP_9}},
      {kPollWithEveryPBusyScenario, {kCAD_6, kID_4, kPOLL_1, kPOLL_3, kPOLL_7}},
      {kPollBesideASpinnerScenario,
       {},
       {kCAD_6, kCYC_1, kPOLL_1, kPOLL_2, kPOLL_3, kPOLL_4, kPOLL_5}},
      {kForcedCollectionsScenario, {kGC_1, kGC_5, kTIME_1}},
      {kCollectorOffScenario, {kGC_3}, {kGC_3}},
      {kDeadlockScenario, {kID_3, kDEAD_3}},
      {kTimerIsNoDeadlockScenario, {kDEAD_4}},
      {kNetworkIsNoDeadlockScenario, {kDEAD_5}},
      {kSchedulerTraceScenario, {kCAD_6, kDEEP_13, kPOLL_1, kTRC_1}, {kCYC_1, kDEEP_13, kSYS_1}},
      {kSchedulerTraceBesideASpinnerScenario, {kTRC_1}, {kCAD_6, kCYC_1, kSLICE_3}},
      {kPreemptionOffScenario, {kPRE_3, kSLICE_3}, {kSLICE_4}},
      {kStopTheWorldScenario, {kSTW_3}},
      {kMixedLoadScenario, {kSYS_8, kHAND_8}, {kCAD_2, kHAND_1, kID_2, kID_3, kSLICE_2, kSYS_1}},
      {kCpuAffinityScenario, {kVER_2}},
      {kTakenThenComputingScenario, {kCAD_2, kCAD_3, kSYS_4}},
      {kHotHandOffsScenario,
       {kSYS_1, kSYS_2, kSYS_4},
       {kCAD_3, kCAD_4, kCYC_2, kCYC_4, kDEAD_1, kHAND_3, kPOLL_1, kSYS_1, kSYS_2, kSYS_6, kSYS_7,
        kVER_3}},
      {kTimersBehindACallScenario, {kSYS_2}},
      {kAloneBesideAnIdlePScenario,
       {kSYS_2, kSYS_3},
       {kCYC_1, kDEEP_7, kDEEP_11, kHAND_6, kPOLL_1, kSYS_2, kSYS_3, kSYS_10}},
      {kHotSlicesScenario, {kSLICE_3}, {kSLICE_3, kSYS_3}},
      {kShortCallsScenario, {kSYS_1, kSYS_5}, {kHAND_1, kSYS_1, kSYS_5}},
      {kReturnsFromCallsScenario, {kDEEP_9}},
      {kNapsScenario,
       {kCAD_5, kCAD_7, kCYC_1, kDEEP_4},
       {kCAD_5, kCAD_7, kCYC_1, kDEEP_1, kDEEP_2, kDEEP_3, kDEEP_4, kDEEP_6, kDEEP_14}},
      {kWokenThenComputingScenario, {kCAD_2, kCAD_4, kDEEP_4, kPOLL_1}},
      {kStopTheWorldOftenScenario, {kDEEP_9, kSTW_1}, {kCAD_4, kDEEP_7, kSCAV_1}},
      {kOverlappingSpinsScenario, {kPRE_4, kSYS_8}},
      {kComputingAfterCallsScenario, {kSYS_8}},
      {kUntoldCallsScenario, {kSYS_8}},
      {kCollectionsWhileComputingScenario,
       {kCAD_6, kGC_1, kGC_5},
       {kCAD_6, kCYC_1, kCYC_3, kGC_1, kGC_2, kPRE_1, kSCAV_1, kSLICE_2}},
  };
}

// Timers, several P at once, queues, and runtimes whose slices are long.
std::vector<Entry> MoreEntries() {
  return {
      {kTimersOnTimeScenario, {kTIME_1, kTIME_3, kTIME_4, kTIME_5}},
      {kTimersBesideSpinnerScenario, {kTIME_2}},
      {kTimersStoppedAndResetScenario, {kTIME_1, kTIME_3, kTIME_5, kTIME_6, kTIME_7}},
      {kTimersResetToSoonerScenario, {kTIME_3}, {kDEEP_4}},
      {kTimersWhileProcsChangeScenario, {kTIME_1, kTIME_5, kTIME_6, kTIME_7}},
      {kSpinnersBeyondCpusScenario, {kSLICE_4}},
      {kSpinnersOnManyPScenario, {}, {kSLICE_1, kSLICE_3, kSLICE_4}},
      {kCallsSideBySideScenario,
       {},
       {kCAD_3, kHAND_3, kHAND_7, kPRE_1, kSLICE_1, kSLICE_2, kSLICE_3, kSYS_2, kSYS_3, kSYS_7,
        kSYS_11, kVER_3}},
      {kCallsAfterComputingScenario, {}, {kGC_1, kSLICE_4, kSYS_2}},
      {kMadeReadyBesideIdlePScenario, {kDEEP_9}, {kDEEP_7, kHAND_8}},
      {kManyAtOnceScenario, {kHAND_8}},
      {kSpawnedBesideIdlePScenario, {kHAND_8}},
      {kTimersBesideAnIdlePScenario, {kTIME_3}},
      {kManyTimersScenario, {kTIME_3, kTIME_5, kTIME_7}},
      {kDeadlockAfterCallsScenario, {kDEAD_3}},
      {kManyPScenario, {}, {kCYC_1, kDEEP_4, kGC_1, kPOLL_1, kSLICE_1, kSLICE_3}},
      {kPollManyAtOnceScenario, {}, {kPOLL_4}},
      {kTimersBesideAPollerScenario, {kTIME_3}},
      {kIdleWithoutTimersScenario, {kCAD_5, kCAD_7}},
      {kHandedOverScenario, {kHAND_8}},
      {kQueuesWhileProcsChangeScenario, {kHAND_8}},
      {kReturnsBesideARingScenario, {kHAND_8}},
      {kLongSlicesScenario, {kPRE_5}, {}, true},
      {kPollBesideLongSlicesScenario, {kPOLL_7}, {}, true},
      {kTimersBesideLongSlicesScenario, {kTIME_2}, {}, true},
  };
}

std::vector<NamedScenario> MakeLibrary() {
  std::vector<NamedScenario> library;
  std::vector<Entry> entries = Entries();
  std::ranges::move(MoreEntries(), std::back_inserter(entries));
  for (const Entry& entry : entries) {
    std::string error;
    std::optional<Scenario> scenario = ParseScenario(entry.file, error);
    if (!scenario) {
      // A test reads them all: this is for the author of a new one.
      std::fprintf(stderr, "a scenario of the library: %s\n", error.c_str());
      std::abort();
    }
    library.push_back(
        {std::move(*scenario), entry.clauses, entry.inspected, entry.only_where_open});
  }
  return library;
}

}  // namespace

std::span<const NamedScenario> ScenarioLibrary() {
  static const std::vector<NamedScenario> library = MakeLibrary();
  return library;
}

const NamedScenario* FindScenario(std::string_view name) {
  for (const NamedScenario& named : ScenarioLibrary()) {
    if (named.scenario.name == name) return &named;
  }
  return nullptr;
}

}  // namespace proctor
