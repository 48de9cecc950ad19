#include "conformance/implementations/reference/stamps.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "conformance/adapter/protocol.h"
#include "conformance/evidence/trace.h"
#include "conformance/process/process.h"

namespace proctor::reference {

int64_t NowNs() { return MonotonicNowNs(); }

void Say(std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(kAdapterOutput, text.data(), text.size());
    if (put > 0) {
      text.remove_prefix(static_cast<size_t>(put));
    } else if (errno != EINTR) {
      // Nobody listens any more.
      _exit(EXIT_FAILURE);
    }
  }
}

void Stamp(EventKind kind, int64_t g, std::initializer_list<std::pair<Arg, int64_t>> args) {
  StampAt(NowNs(), kind, g, args);
}

void StampAt(int64_t time_ns, EventKind kind, int64_t g,
             std::initializer_list<std::pair<Arg, int64_t>> args) {
  Event event = MakeEvent(time_ns, kind, args);
  event.g = g;
  std::string line;
  FormatEvent(event, line);
  line += '\n';
  Say(line);
}

}  // namespace proctor::reference
