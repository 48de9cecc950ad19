#include "conformance/adapter/deadlock_report.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "conformance/adapter/protocol.h"

namespace proctor {
namespace {

std::string::const_iterator FindWord(const std::string& output) {
  constexpr std::string_view kWord = "deadlock";
  return std::ranges::search(output, kWord, {},
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); })
      .begin();
}

}  // namespace

bool HoldsDeadlockReport(const std::string& output) { return FindWord(output) != output.end(); }

std::string DeadlockReportIn(const std::string& output) {
  if (!HoldsDeadlockReport(output)) return Excerpt(output.substr(0, output.find('\n')));
  const auto at = static_cast<size_t>(FindWord(output) - output.begin());
  const size_t begin = output.rfind('\n', at) + 1;
  return Excerpt(std::string_view(output).substr(begin, output.find('\n', begin) - begin));
}

}  // namespace proctor
