// Any text as a bundle: refused in one line, or taken and written again as the same.

#include "conformance/campaign/bundle.h"
#include "fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  std::string error;
  std::set<std::string> ignored;
  const std::optional<Bundle> bundle = ParseBundle(fuzz::AsText(data, size), error, &ignored);
  if (!bundle) {
    fuzz::RequireOneLine(error);
    return 0;
  }
  const std::string text = FormatBundle(*bundle);
  const std::optional<Bundle> back = ParseBundle(text, error);
  fuzz::Require(back.has_value(), "what was written is refused", error);
  fuzz::Require(FormatBundle(*back) == text, "it comes back as another one", text);
  return 0;
}
