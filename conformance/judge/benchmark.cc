// How fast evidence is judged: all judges of tiers O and X together, from memory and from JSON
// lines.

#include <benchmark/benchmark.h>

#include <sstream>

#include "conformance/evidence/trace.h"
#include "conformance/judge/panel.h"

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;

Header MakeHeader() {
  Header header;
  header.tiers = kO | kX;
  header.from_start = true;
  header.emits.set();
  header.in_force.procs = 1;
  return header;
}

// What a busy process shows: cycles of the monitor, tasks that compute, block and make each other
// runnable.
std::vector<Event> MakeEvents(int64_t cycles) {
  std::vector<Event> events;
  int64_t now_ns = 0;
  const auto add = [&](EventKind kind, std::initializer_list<std::pair<Arg, int64_t>> args,
                       int64_t g) {
    events.push_back(MakeEvent(now_ns += kUs, kind, args));
    events.back().g = g;
  };
  const auto op = [&](EventKind kind, Op which) {
    add(kind, {{Arg::kOp, static_cast<int64_t>(which)}}, 1);
  };
  add(EventKind::kMonitorStart, {}, -1);
  add(EventKind::kTaskStart, {}, 1);
  for (int64_t cycle = 0; cycle < cycles; ++cycle) {
    add(EventKind::kShallowSleep, {{Arg::kDurationNs, 20 * kUs}}, -1);
    now_ns += 70 * kUs;
    add(EventKind::kShallowWake, {}, -1);
    if (cycle % 4 == 0) {
      op(EventKind::kOpBegin, Op::kSpin);
      add(EventKind::kTaskSpawn, {{Arg::kTask, 2 + cycle}}, 1);
      op(EventKind::kOpEnd, Op::kSpin);
      add(EventKind::kTaskStart, {}, 2 + cycle);
      add(EventKind::kTaskEnd, {}, 2 + cycle);
    }
  }
  return events;
}

void BM_Judge(benchmark::State& state) {
  const std::vector<Event> events = MakeEvents(100'000);
  for (auto _ : state) {
    Panel panel(MakeHeader());
    for (const Event& event : events) panel.Observe(event);
    benchmark::DoNotOptimize(panel.Close());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(events.size()));
}
BENCHMARK(BM_Judge)->Unit(benchmark::kMillisecond);

void BM_ReadAndJudge(benchmark::State& state) {
  std::ostringstream written;
  TraceWriter writer(written, MakeHeader());
  const std::vector<Event> events = MakeEvents(100'000);
  for (const Event& event : events) writer.Write(event);
  const std::string text = written.str();
  for (auto _ : state) {
    std::istringstream stream(text);
    TraceReader reader(stream, "benchmark");
    Panel panel(*reader.ReadHeader());
    while (const std::optional<Event> event = reader.Next()) panel.Observe(*event);
    if (!reader.error().empty()) state.SkipWithError(reader.error().c_str());
    benchmark::DoNotOptimize(panel.Close());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(events.size()));
}
BENCHMARK(BM_ReadAndJudge)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace proctor

BENCHMARK_MAIN();
