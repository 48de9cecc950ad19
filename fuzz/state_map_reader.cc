// Any text as a state map: refused in one line, or taken with what the reader promises of it.

#include "conformance/debug_information/state_map.h"
#include "fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  std::string error;
  const std::optional<StateMap> map = ParseStateMap(fuzz::AsText(data, size), "map", error);
  if (!map) {
    fuzz::RequireOneLine(error);
    return 0;
  }
  for (const auto& [variable, formula] : map->variables) {
    fuzz::Require(!IsOfProcessor(variable), "a processor's variable among the global ones");
    fuzz::Require(!formula.paths.empty() || !formula.present.empty() || !formula.minus.empty(),
                  "a formula of nothing");
  }
  for (const auto& [variable, formula] : map->of_processors) {
    fuzz::Require(IsOfProcessor(variable), "a global variable among a processor's");
  }
  for (const MappedEvent& event : map->events) {
    for (const auto& [arg, parameter] : event.args) {
      fuzz::Require(ArgPosition(event.kind, arg) >= 0, "an event has no such argument");
      fuzz::Require(parameter >= 0, "a parameter below 0");
    }
  }
  return 0;
}
