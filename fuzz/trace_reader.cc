// Any text as stored evidence: refused in one line, or taken and written again as the same.

#include <sstream>
#include <vector>

#include "conformance/evidence/trace.h"
#include "fuzz/fuzz_target.h"

namespace proctor {
namespace {

struct Read {
  std::optional<Header> header;
  std::vector<Event> events;
  std::string error;
};

Read ReadTrace(const std::string& text) {
  std::istringstream stream(text);
  TraceReader reader(stream, "trace");
  Read read{.header = reader.ReadHeader(), .events = {}, .error = {}};
  while (read.header) {
    const std::optional<Event> event = reader.Next();
    if (!event) break;
    read.events.push_back(*event);
  }
  read.error = reader.error();
  return read;
}

}  // namespace
}  // namespace proctor

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  const Read read = ReadTrace(std::string(fuzz::AsText(data, size)));
  if (!read.error.empty()) fuzz::RequireOneLine(read.error);
  fuzz::Require(read.header.has_value() || !read.error.empty(), "no header, and no error");
  for (size_t i = 1; i < read.events.size(); ++i) {
    fuzz::Require(read.events[i].time_ns >= read.events[i - 1].time_ns, "times go backwards");
  }
  if (!read.header) return 0;
  std::ostringstream stream;
  TraceWriter writer(stream, *read.header);
  for (const Event& event : read.events) writer.Write(event);
  const Read back = ReadTrace(stream.str());
  fuzz::Require(back.error.empty(), "what was written is refused", back.error);
  fuzz::Require(back.header == read.header, "the header comes back as another one");
  fuzz::Require(back.events == read.events, "the events come back as others");
  return 0;
}
