#include "conformance/campaign/numbers.h"

#include <fmt/core.h>

#include <charconv>
#include <system_error>

#include "conformance/json/json.h"

namespace proctor {
namespace {

constexpr int64_t kYearMs = 365LL * 24 * 3'600'000;

struct Unit {
  std::string_view name;
  int64_t ms;
};
constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}};

std::optional<uint64_t> Digits(std::string_view text) {
  uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<uint64_t> ParseNumber(std::string_view text, uint64_t least, uint64_t most,
                                    std::string& error) {
  const std::optional<uint64_t> value = Digits(text);
  if (value && *value >= least && *value <= most) return value;
  error = fmt::format("'{}' is not a whole number from {} to {}", Quoted(text), least, most);
  return std::nullopt;
}

std::optional<int64_t> ParseDurationMs(std::string_view text, std::string& error) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<uint64_t> number = Digits(text.substr(0, digits));
  for (const Unit& unit : kUnits) {
    if (!number || text.substr(digits) != unit.name) continue;
    if (*number <= static_cast<uint64_t>(kYearMs / unit.ms)) {
      return static_cast<int64_t>(*number) * unit.ms;
    }
  }
  error = fmt::format(
      "'{}' is not a duration: a whole number and ms, s, m or h, such as 500ms, 60s or 10m; at "
      "most a year",
      Quoted(text));
  return std::nullopt;
}

}  // namespace proctor
