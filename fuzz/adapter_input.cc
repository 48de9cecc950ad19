// What the harness says to an adapter: lines of scenarios, whatever the blocks in which they
// arrive. The adapter of the reference runtime reads them by the same two parts.

#include <algorithm>
#include <vector>

#include "conformance/adapter/line_buffer.h"
#include "conformance/scenario/scenario.h"
#include "fuzz/fuzz_target.h"

namespace proctor {
namespace {

std::vector<std::string> LinesOf(std::string_view text, size_t block) {
  LineBuffer buffer;
  std::vector<std::string> lines;
  std::string line;
  for (size_t at = 0; at < text.size(); at += block) {
    buffer.Append(text.substr(at, block));
    while (buffer.TakeLine(line)) lines.push_back(line);
  }
  return lines;
}

}  // namespace
}  // namespace proctor

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  if (size == 0) return 0;
  const std::string_view text = fuzz::AsText(data + 1, size - 1);
  const std::vector<std::string> lines = LinesOf(text, size_t{data[0]} + 1);
  fuzz::Require(lines == LinesOf(text, size), "the blocks change the lines");
  for (const std::string& line : lines) {
    std::string error;
    const std::optional<Scenario> scenario = ParseScenario(line, error);
    if (!scenario) {
      fuzz::RequireOneLine(error);
      continue;
    }
    // What the driver would send for it is the same scenario.
    const std::vector<std::string> sent = LinesOf(FormatScenario(*scenario) + "\n", 1);
    fuzz::Require(sent.size() == 1, "a scenario is not one line");
    const std::optional<Scenario> back = ParseScenario(sent[0], error);
    fuzz::Require(back.has_value(), "a scenario that is sent is refused", error);
    fuzz::Require(back->tasks == scenario->tasks && back->Asked() == scenario->Asked(),
                  "an adapter is asked for something else");
  }
  return 0;
}
