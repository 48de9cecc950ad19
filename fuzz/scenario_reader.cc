// Any text as a scenario: refused in one line, or taken and written again as the same.

#include "conformance/scenario/scenario.h"
#include "fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  std::string error;
  const std::optional<Scenario> scenario = ParseScenario(fuzz::AsText(data, size), error);
  if (!scenario) {
    fuzz::RequireOneLine(error);
    return 0;
  }
  fuzz::Require(Validate(*scenario).empty(), "a scenario that was taken is not valid");
  const std::string text = FormatScenario(*scenario);
  fuzz::Require(text.find('\n') == std::string::npos, "a scenario is not one line", text);
  const std::optional<Scenario> back = ParseScenario(text, error);
  fuzz::Require(back.has_value(), "what was written is refused", error);
  fuzz::Require(FormatScenario(*back) == text, "it comes back as another one", text);
  return 0;
}
