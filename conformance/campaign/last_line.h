// What a process wrote last.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_LAST_LINE_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_LAST_LINE_H_

#include <string>
#include <string_view>

#include "conformance/adapter/protocol.h"

namespace proctor {

// The last line of its output that is not empty, as an excerpt.
inline std::string LastLine(std::string_view output) {
  while (output.ends_with('\n')) output.remove_suffix(1);
  return Excerpt(output.substr(output.rfind('\n') + 1));
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_LAST_LINE_H_
