#include "fuzz/drawn_results.h"

#include <algorithm>
#include <iterator>

#include "conformance/report/foreign_text.h"
#include "fuzz/fuzz_target.h"

namespace proctor::fuzz {
namespace {

Event DrawEvent(ByteSource& bytes) {
  Event event{.time_ns = bytes.Number(), .kind = static_cast<EventKind>(bytes.Below(kEventKinds))};
  event.m = static_cast<int32_t>(bytes.Below(4)) - 1;
  event.p = static_cast<int32_t>(bytes.Below(4)) - 1;
  for (const Arg arg : ArgsOf(event.kind)) {
    const size_t names = ArgValueNames(arg).size();
    event.Set(arg, names > 0 ? static_cast<int64_t>(bytes.Below(names)) : bytes.Number());
  }
  return event;
}

Result DrawResult(ByteSource& bytes) {
  const Clause& clause = Clauses()[bytes.Below(Clauses().size())];
  Result result{};
  result.ruling.clause = clause.id;
  result.ruling.tier = kTiers[bytes.Below(std::size(kTiers))];
  result.ruling.verdict = static_cast<Verdict>(bytes.Below(9));
  result.ruling.triggers = bytes.Number() & INT64_MAX;
  result.ruling.message = bytes.Text();
  result.expected = bytes.Bit();
  result.replay = bytes.Text();
  for (size_t events = bytes.Below(4); events > 0; --events) {
    result.ruling.evidence.push_back(DrawEvent(bytes));
  }
  if (bytes.Below(4) == 1) {
    result.scenario =
        Scenario{.name = "drawn", .about = bytes.Text(), .tasks = {{.ops = {{.op = Op::kYield}}}}};
  }
  return result;
}

Cadence DrawCadence(ByteSource& bytes) {
  Cadence cadence{.name = bytes.Text(), .events = {}, .is_cut = bytes.Bit()};
  int64_t time_ns = 0;
  for (size_t events = bytes.Below(6); events > 0; --events) {
    time_ns += static_cast<int64_t>(bytes.Below(65'536)) * 1'000;
    cadence.events.push_back(
        MakeEvent(time_ns, EventKind::kShallowSleep, {{Arg::kDurationNs, bytes.Number()}}));
    ++cadence.sleeps;
  }
  return cadence;
}

}  // namespace

Results DrawResults(ByteSource& bytes) {
  Results results{.implementation = bytes.Text(),
                  .version = bytes.Text(),
                  .profile = kProfiles[bytes.Below(std::size(kProfiles))],
                  .verdicts = {},
                  .unjudged = {},
                  .machine = bytes.Text(),
                  .noise = {},
                  .cadences = {}};
  for (size_t cadences = bytes.Below(3); cadences > 0; --cadences) {
    results.cadences.push_back(DrawCadence(bytes));
  }
  for (size_t lines = bytes.Below(3); lines > 0; --lines) results.unjudged.push_back(bytes.Text());
  constexpr size_t kVerdictsMost = 12;
  while (!bytes.empty() && results.verdicts.size() < kVerdictsMost) {
    results.verdicts.push_back(DrawResult(bytes));
  }
  // A renderer relies on the order of the contract.
  std::ranges::stable_sort(results.verdicts, {},
                           [](const Result& result) { return result.ruling.clause; });
  results.exit_status = ExitStatusOf(results);
  return results;
}

void RequireClean(std::string text, std::string_view what) {
  std::erase(text, '\n');
  Require(Clean(text, Medium::kTerminal, SIZE_MAX) == text, what, text);
}

}  // namespace proctor::fuzz
