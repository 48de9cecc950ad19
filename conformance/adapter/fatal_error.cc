#include "conformance/adapter/fatal_error.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "conformance/adapter/protocol.h"

namespace proctor {
namespace {

constexpr std::string_view kBegin = "fatal error:";
// Of the system, in the words of strerror and of Go.
constexpr auto kRefusals = std::to_array<std::string_view>(
    {"out of memory", "cannot allocate memory", "annot create", "failed to create new OS thread",
     "temporarily unavailable", "too many open files", "newosproc", "deadlock"});

}  // namespace

std::string FatalErrorIn(const std::string& output) {
  const bool refused = std::ranges::any_of(kRefusals, [&](std::string_view refusal) {
    return output.find(refusal) != std::string::npos;
  });
  if (refused) return "";
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kBegin)) return Excerpt(line);
  }
  return "";
}

}  // namespace proctor
