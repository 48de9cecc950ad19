// What an adapter says to the harness, in any bytes and any blocks: a handshake, then events and
// the end of the scenario. Refused in one line, or understood; and what was understood can be said
// again.

#include <algorithm>

#include "conformance/adapter/line_buffer.h"
#include "conformance/adapter/protocol.h"
#include "conformance/evidence/trace.h"
#include "conformance/scenario/library.h"
#include "fuzz/fuzz_target.h"

namespace proctor {
namespace {

void TakeHandshake(const std::string& line) {
  std::string error;
  const std::optional<Handshake> handshake = ParseHandshake(line, error);
  if (!handshake) return fuzz::RequireOneLine(error);
  fuzz::Require(handshake->has_monitor || handshake->monitor_thread.empty(),
                "a thread of no monitor");
  for (const NamedScenario& named : ScenarioLibrary()) {
    const std::string unsupported = FindUnsupported(*handshake, named.scenario);
    if (!unsupported.empty()) fuzz::RequireOneLine(Excerpt(unsupported));
  }
}

void TakeReply(const std::string& line) {
  std::string error;
  const auto reply = ParseReply(line, error);
  if (!reply) return fuzz::RequireOneLine(error);
  const Event* event = std::get_if<Event>(&*reply);
  if (event == nullptr) return;
  std::string text;
  FormatEvent(*event, text);
  const auto back = ParseReply(text.substr(0, text.find('\n')), error);
  fuzz::Require(back && std::holds_alternative<Event>(*back), "an event cannot be said again",
                text);
  fuzz::Require(std::get<Event>(*back) == *event, "an event comes back as another one", text);
}

}  // namespace
}  // namespace proctor

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  // The first byte says how large the blocks are.
  const size_t block = size == 0 ? 1 : size_t{data[0]} + 1;
  LineBuffer lines;
  std::string line;
  bool first = true;
  for (size_t at = std::min<size_t>(size, 1); at < size; at += block) {
    lines.Append(fuzz::AsText(data + at, std::min(block, size - at)));
    while (lines.TakeLine(line)) {
      fuzz::Require(line.find('\n') == std::string::npos, "a line with a line feed");
      if (first) {
        TakeHandshake(line);
      } else {
        TakeReply(line);
      }
      first = false;
    }
  }
  return 0;
}
