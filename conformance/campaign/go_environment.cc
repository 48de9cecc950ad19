#include "conformance/campaign/go_environment.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace proctor {
namespace {

// Of 32 bits, or the runtime ignores it.
std::optional<int64_t> ParseNumber(std::string_view text) {
  int32_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// The value of NAME in "NAME=VALUE" strings parted by `separator`; the last one counts.
std::optional<std::string_view> FindSetting(std::string_view text, std::string_view name,
                                            char separator) {
  std::optional<std::string_view> value;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(separator));
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=') {
      value = part.substr(name.size() + 1);
    }
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return value;
}

}  // namespace

Tunables TunablesOfGoEnvironment(std::string_view environment, int64_t cpus) {
  const auto number = [&](std::string_view name) -> std::optional<int64_t> {
    const auto text = FindSetting(environment, name, '\0');
    return text ? ParseNumber(*text) : std::nullopt;
  };

  Tunables tunables;
  tunables.procs = cpus;
  if (const auto procs = number("GOMAXPROCS"); procs && *procs > 0) tunables.procs = *procs;
  if (FindSetting(environment, "GOGC", '\0') == "off") tunables.gc_percent = -1;
  if (const auto percent = number("GOGC")) tunables.gc_percent = *percent;
  const std::string_view debug = FindSetting(environment, "GODEBUG", '\0').value_or("");
  const auto debug_number = [&](std::string_view name) -> std::optional<int64_t> {
    const auto text = FindSetting(debug, name, ',');
    return text ? ParseNumber(*text) : std::nullopt;
  };
  if (const auto off = debug_number("asyncpreemptoff")) {
    tunables.asynchronous_preemption = *off == 0 ? 1 : 0;
  }
  if (const auto interval_ms = debug_number("schedtrace")) tunables.sched_trace_ms = *interval_ms;
  // What somebody wrote into an environment may be anything.
  for (const TunableField& field : TunableFields()) {
    tunables.*field.member = std::clamp(tunables.*field.member, field.least, field.greatest);
  }
  return tunables;
}

}  // namespace proctor
