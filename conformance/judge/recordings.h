// The recorded traces, for tests: evidence of real runtimes (Debian's Go 1.19 and gccgo 12) and the
// reference's own trace.
//
// Thread safety: plain values and pure functions.

#ifndef PROCTOR_CONFORMANCE_JUDGE_RECORDINGS_H_
#define PROCTOR_CONFORMANCE_JUDGE_RECORDINGS_H_

#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "conformance/evidence/trace.h"
#include "conformance/judge/panel.h"

namespace proctor {

inline constexpr const char* kRecordings[] = {
    "gccgo12_idle",     "gccgo12_scheduler_trace",    "gccgo12_time_slices",
    "go1.19_deadlock",  "go1.19_deep_sleep_wake_ups", "go1.19_forced_collections",
    "go1.19_idle",      "go1.19_lone_spinner",        "go1.19_scheduler_trace",
    "reference_traced",
};

struct RecordedTrace {
  Header header;
  std::vector<Event> events;
};

inline RecordedTrace ReadRecording(const std::string& name) {
  const std::string path = "conformance/judge/testdata/" + name + ".jsonl";
  std::ifstream stream(path);
  TraceReader reader(stream, path);
  const std::optional<Header> header = reader.ReadHeader();
  if (!header) throw std::runtime_error(reader.error());
  RecordedTrace trace{*header, {}};
  while (const std::optional<Event> event = reader.Next()) trace.events.push_back(*event);
  if (!reader.error().empty()) throw std::runtime_error(reader.error());
  return trace;
}

inline std::set<ClauseId> Violated(const std::vector<Ruling>& rulings) {
  std::set<ClauseId> violated;
  for (const Ruling& ruling : rulings) {
    if (ruling.verdict == Verdict::kViolates) violated.insert(ruling.clause);
  }
  return violated;
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_RECORDINGS_H_
