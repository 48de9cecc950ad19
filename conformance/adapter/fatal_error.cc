#include "conformance/adapter/fatal_error.h"

#include <algorithm>
#include <array>
#include <span>
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

// In the runtime's own last lines: what it could not get of memory, descriptors or threads.
constexpr auto kScarce = std::to_array<std::string_view>(
    {"memory", "allocate", "reserve", "mmap", "cannot map", "address space", "thread exhaustion",
     "limit", "netpollinit", "epollcreate", "eventfd", "pipe failed"});

bool HasOneOf(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

}  // namespace

std::string FatalErrorIn(const std::string& output) {
  if (HasOneOf(output, kRefusals)) return "";
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const bool is_last = line.starts_with(kBegin);
    if ((is_last || line.starts_with("runtime: ")) && HasOneOf(line, kScarce)) return "";
    if (is_last) return Excerpt(line);
  }
  return "";
}

}  // namespace proctor
