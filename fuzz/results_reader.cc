// Any text as results: refused in one line, or taken and written again as the same.

#include "conformance/report/results.h"
#include "fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  std::string error;
  std::set<std::string> ignored;
  const std::optional<Results> results = ParseResults(fuzz::AsText(data, size), error, &ignored);
  if (!results) {
    fuzz::RequireOneLine(error);
    return 0;
  }
  fuzz::Require(ExitStatusOf(*results) >= 0, "no exit status");
  const std::string text = FormatResults(*results);
  const std::optional<Results> back = ParseResults(text, error);
  fuzz::Require(back.has_value(), "what was written is refused", error);
  fuzz::Require(FormatResults(*back) == text, "they come back as others");
  return 0;
}
