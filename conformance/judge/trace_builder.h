// Hand-made evidence: a trace of a monitor and of tasks, built event by event, and what the judges
// say of it.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_TRACE_BUILDER_H_
#define PROCTOR_CONFORMANCE_JUDGE_TRACE_BUILDER_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "conformance/judge/panel.h"

namespace proctor {

inline constexpr int32_t kMonitor = 7;
inline constexpr int64_t kUs = 1'000;
inline constexpr int64_t kMs = 1'000'000;
inline constexpr int64_t kSecond = 1'000'000'000;

// Time stands still but for a microsecond per event, the sleeps, and what Wait adds; a monitor's
// sleep lasts `lateness_ns` longer than asked for.
class TraceBuilder {
 public:
  TraceBuilder() {
    header.tiers = kO;
    header.from_start = true;
    header.emits.set();
    header.in_force.procs = 1;
  }

  TraceBuilder& Add(EventKind kind, std::initializer_list<std::pair<Arg, int64_t>> args = {},
                    int64_t g = -1) {
    Event event = MakeEvent(now_ns, kind, args);
    event.m = kMonitor;
    event.g = g;
    events.push_back(event);
    now_ns += kUs;
    return *this;
  }
  TraceBuilder& Shallow(int64_t duration_ns, int64_t elapsed_ns = -1) {
    Add(EventKind::kShallowSleep, {{Arg::kDurationNs, duration_ns}});
    now_ns += elapsed_ns < 0 ? duration_ns + lateness_ns : elapsed_ns - kUs;
    return Add(EventKind::kShallowWake, {{Arg::kInterrupted, 0}});
  }
  TraceBuilder& Run(int64_t times, int64_t duration_ns) {
    for (int64_t i = 0; i < times; ++i) Shallow(duration_ns);
    return *this;
  }
  // The doublings from `from_ns` up, then `flat` sleeps of 10 ms.
  TraceBuilder& Climb(int64_t from_ns, int64_t flat) {
    for (int64_t delay_ns = from_ns; delay_ns < 10 * kMs; delay_ns *= 2) Shallow(delay_ns);
    return Run(flat, 10 * kMs);
  }
  TraceBuilder& FreshStart() { return Run(51, 20 * kUs).Climb(40 * kUs, 3); }
  TraceBuilder& Deep(int64_t duration_ns, WakeCause cause, int64_t elapsed_ns = -1) {
    Add(EventKind::kDeepSleep, {{Arg::kDurationNs, duration_ns}});
    now_ns += elapsed_ns < 0 ? duration_ns : elapsed_ns;
    return Add(EventKind::kDeepWake, {{Arg::kCause, static_cast<int64_t>(cause)}});
  }
  TraceBuilder& Poll(int64_t timeout_ns = 0) {
    return Add(EventKind::kPoll, {{Arg::kTimeoutNs, timeout_ns}, {Arg::kReady, 0}});
  }
  TraceBuilder& Signal(int64_t target) {
    return Add(EventKind::kPreemptSignal, {{Arg::kTarget, target}, {Arg::kSignal, 23}});
  }
  TraceBuilder& Start(int64_t g) { return Add(EventKind::kTaskStart, {}, g); }
  TraceBuilder& Begin(int64_t g, Op op, int64_t duration_ns = 0) {
    return Add(EventKind::kOpBegin,
               {{Arg::kOp, static_cast<int64_t>(op)}, {Arg::kDurationNs, duration_ns}}, g);
  }
  TraceBuilder& End(int64_t g, Op op) {
    return Add(EventKind::kOpEnd, {{Arg::kOp, static_cast<int64_t>(op)}}, g);
  }
  // The process has used this much CPU time.
  TraceBuilder& Cpu(int64_t cpu_ns) { return Add(EventKind::kCpuRead, {{Arg::kCpuNs, cpu_ns}}); }
  TraceBuilder& Gap() { return Add(EventKind::kGap, {{Arg::kLost, -1}}); }

  // Lets time pass.
  TraceBuilder& Wait(int64_t duration_ns) {
    now_ns += duration_ns;
    return *this;
  }

  // All rulings of the tier that the header names.
  std::vector<Ruling> Rulings() const {
    Panel panel(header);
    for (const Event& event : events) panel.Observe(event);
    return panel.Close();
  }
  Ruling Judge(ClauseId clause) const {
    for (const Ruling& ruling : Rulings()) {
      if (ruling.clause == clause) return ruling;
    }
    return {.clause = clause, .tier = kO, .verdict = Verdict::kNotObservable};
  }
  Verdict Of(ClauseId clause) const { return Judge(clause).verdict; }
  std::string Violations() const {
    std::string all;
    for (const Ruling& ruling : Rulings()) {
      if (ruling.verdict != Verdict::kViolates) continue;
      all += std::string(ClauseName(ruling.clause)) + ": " + ruling.message + "; ";
    }
    return all;
  }

  Header header;
  std::vector<Event> events;
  int64_t now_ns = kSecond;
  int64_t lateness_ns = 70 * kUs;
};

// The stamps of task 1, which has just started; nothing collects.
inline TraceBuilder Stamps() {
  TraceBuilder trace;
  trace.header.tiers = kX;
  trace.header.in_force.gc_percent = -1;
  return trace.Start(1);
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_TRACE_BUILDER_H_
