// Any text as stored evidence, before the judges: they may say what they like of it, but of every
// clause that the evidence is for, and the results of it can be shown.

#include <sstream>

#include "conformance/evidence/trace.h"
#include "conformance/judge/panel.h"
#include "fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  std::istringstream stream{std::string(fuzz::AsText(data, size))};
  TraceReader reader(stream, "trace");
  const std::optional<Header> header = reader.ReadHeader();
  if (!header) return 0;
  Panel panel(*header);
  Panel unfiltered(*header, /*filter=*/false);
  while (const std::optional<Event> event = reader.Next()) {
    panel.Observe(*event);
    unfiltered.Observe(*event);
  }
  const std::vector<Ruling> rulings = panel.Close();
  const std::vector<Ruling> same = unfiltered.Close();
  fuzz::Require(rulings.size() == same.size(), "a filter changes which clauses are ruled on");
  size_t due = 0;
  for (const Clause& clause : Clauses()) {
    const bool holds =
        (clause.profiles & header->profile) != 0 && (clause.tiers & header->tiers) != 0;
    due += holds ? 1 : 0;
  }
  fuzz::Require(rulings.size() >= due, "a clause has no ruling");
  for (size_t i = 0; i < rulings.size(); ++i) {
    const std::string name(ClauseName(rulings[i].clause));
    fuzz::Require(rulings[i].verdict == same[i].verdict, "a filter changes a verdict", name);
    fuzz::Require(rulings[i].triggers >= 0, "fewer than no triggers", name);
    for (const Event& event : rulings[i].evidence) {
      fuzz::Require(!Describe(event).empty(), "an event cannot be told", name);
    }
  }
  return 0;
}
