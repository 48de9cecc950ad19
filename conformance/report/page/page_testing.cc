#include "conformance/report/page/page_testing.h"

#include <string>

namespace proctor {
namespace {

Event Sleep(int64_t time_ns, int64_t duration_ns) {
  return MakeEvent(time_ns, EventKind::kShallowSleep, {{Arg::kDurationNs, duration_ns}});
}

// Back-offs with a hand-off or a deep sleep between them.
Cadence MakeCadence(const std::string& name) {
  Cadence cadence{.name = name};
  int64_t now_ns = 1'000'000'000;
  for (int turn = 0; turn < 6; ++turn) {
    for (int64_t delay_ns = 20'000; delay_ns <= 10'240'000; delay_ns *= 2) {
      cadence.events.push_back(Sleep(now_ns, std::min<int64_t>(delay_ns, 10'000'000)));
      now_ns += delay_ns * (delay_ns == 20'000 ? 50 : 1);
    }
    if (turn % 2 == 0) {
      cadence.events.push_back(MakeEvent(now_ns, EventKind::kThreadWake));
    } else {
      cadence.events.push_back(
          MakeEvent(now_ns, EventKind::kDeepSleep, {{Arg::kDurationNs, 60'000'000'000}}));
      now_ns += 30'000'000;
      cadence.events.push_back(MakeEvent(now_ns, EventKind::kDeepWake, {{Arg::kCause, 1}}));
    }
  }
  cadence.sleeps = 6 * 59;
  return cadence;
}

Measured MakeMeasured(int64_t scale_ns) {
  Measured measured{.bound_ns = 30'000'000};
  for (int64_t i = 1; i <= 400; ++i) measured.durations_ns.Add(scale_ns * i * i / 400);
  return measured;
}

Result MakeResult(ClauseId clause, Tier tier, Verdict verdict, std::string message = "") {
  const bool expected = verdict != Verdict::kViolates;
  return {.ruling = {.clause = clause,
                     .tier = tier,
                     .verdict = verdict,
                     .triggers = 40,
                     .message = std::move(message)},
          .expected = expected,
          .replay = "proctor check go --seed 1"};
}

// All clauses that the tier can decide.
void AddAll(Results& results, Tier tier, Verdict verdict) {
  for (const Clause& clause : Clauses()) {
    if ((clause.tiers & tier) != 0)
      results.verdicts.push_back(MakeResult(clause.id, tier, verdict));
  }
}

Result& Find(Results& results, ClauseId clause, Tier tier) {
  for (Result& result : results.verdicts) {
    if (result.ruling.clause == clause && result.ruling.tier == tier) return result;
  }
  return results.verdicts.front();
}

void AddUsages(Results& go) {
  go.latencies.push_back({.name = "wakeups_idle",
                          .about = "wake-ups of the process while one task sleeps",
                          .medians_ns = {150, 160, 155},
                          .unit = "per_second",
                          .stamped = true});
  go.latencies.push_back({.name = "memory_by_tasks_100",
                          .about = "resident memory of a task",
                          .medians_ns = {2048},
                          .grows_with = "tasks",
                          .at = 100,
                          .unit = "bytes"});
}

}  // namespace

std::vector<Results> PageSample() {
  Results go{.implementation = "go", .version = "go1.26.8", .machine = "Linux 6.1, 2 CPUs"};
  AddAll(go, kO, Verdict::kConforms);
  AddAll(go, kX, Verdict::kConforms);
  go.noise = {
      .stalls = 3, .longest_ns = 8'000'000, .total_ns = 12'000'000, .watched_ns = 20'000'000'000};
  go.cadences = {MakeCadence("idle"), MakeCadence("mixed_load")};

  Results hostile = go;
  hostile.implementation = "</script><img src=http://192.0.2.1/x onerror=alert(1)>";
  hostile.version = "\"'><script>document.title='taken'</script>\u202e{{title}}";
  hostile.exit_status = 1;
  hostile.cadences = {MakeCadence("</script><script>document.title='taken'</script>")};
  hostile.unjudged = {"<b>--clauses</b>: not judged"};
  Result& preempted = Find(hostile, ClauseId::kPRE_5, kX);
  preempted = MakeResult(ClauseId::kPRE_5, kX, Verdict::kViolates,
                         "a task had to wait <script>document.title='taken'</script>");
  preempted.ruling.evidence = {MakeEvent(5'000'000'000, EventKind::kTaskSpawn, {{Arg::kTask, 2}}),
                               MakeEvent(5'046'578'000, EventKind::kTaskStart)};
  preempted.replay = "proctor check '<svg onload=alert(1)>' --clauses PRE-5";
  Find(hostile, ClauseId::kCAD_2, kO) =
      MakeResult(ClauseId::kCAD_2, kO, Verdict::kViolates, "a sleep of 20 ns was requested");
  Find(hostile, ClauseId::kSLICE_3, kX).ruling.verdict = Verdict::kInconclusive;
  Find(hostile, ClauseId::kPOLL_7, kX).ruling.verdict = Verdict::kNotExercised;
  for (const ClauseId clause : {ClauseId::kSYS_4, ClauseId::kPRE_5}) {
    Find(go, clause, kX).ruling.measured = MakeMeasured(50'000);
    Find(hostile, clause, kX).ruling.measured = MakeMeasured(140'000);
  }
  go.latencies = {{.name = "yield",
                   .about = "a yield to one other task",
                   .durations_ns = MakeMeasured(1).durations_ns,
                   .medians_ns = {100, 101},
                   .floor = "switch"}};
  for (const int64_t tasks : {2, 10, 100}) {
    go.latencies.push_back({.name = "yield_by_tasks",
                            .about = "a yield to all other tasks",
                            .durations_ns = MakeMeasured(tasks).durations_ns,
                            .medians_ns = {100 * tasks},
                            .grows_with = "tasks",
                            .at = tasks});
  }
  AddUsages(go);
  go.floors = {{.name = "switch",
                .about = "from one thread to another",
                .durations_ns = MakeMeasured(2).durations_ns,
                .medians_ns = {2}}};
  hostile.latencies = go.latencies;
  hostile.latencies[1].grows_with = "<img src=x onerror=\"document.title='taken'\">";
  hostile.latencies[0].about = "</script><script>document.title='taken'</script>";
  return {go, hostile};
}

}  // namespace proctor
