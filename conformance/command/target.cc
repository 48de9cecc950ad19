#include "conformance/command/target.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>

namespace proctor {
namespace {

// Go 1.18 and later store their version behind this mark: 16 bytes, flags at offset 15 whose second
// bit says that the strings stand inline, then at offset 32 a length and the text.
constexpr std::string_view kBuildInfoMark = "\xff Go buildinf:";
constexpr size_t kFlagsOffset = 15;
constexpr size_t kVersionOffset = 32;
constexpr char kInlineStrings = 2;
constexpr size_t kReadBytes = 1 << 20;

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t value = 0;
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

std::string GoVersionOf(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/exe", pid), std::ios::binary);
  // Blocks overlap, so that a mark across their border is found as well.
  constexpr size_t kOverlap = 128;
  std::string block;
  while (file) {
    if (block.size() > kOverlap) block.erase(0, block.size() - kOverlap);
    const size_t kept = block.size();
    block.resize(kept + kReadBytes);
    file.read(block.data() + kept, kReadBytes);
    block.resize(kept + static_cast<size_t>(file.gcount()));
    for (size_t at = block.find(kBuildInfoMark); at != std::string::npos;
         at = block.find(kBuildInfoMark, at + 1)) {
      if (at + kVersionOffset + 1 >= block.size()) break;
      if ((block[at + kFlagsOffset] & kInlineStrings) == 0) continue;
      const size_t length = static_cast<unsigned char>(block[at + kVersionOffset]);
      const std::string version = block.substr(at + kVersionOffset + 1, length);
      if (version.starts_with("go")) return version;
    }
  }
  return "";
}

Tunables TunablesOf(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/environ", pid), std::ios::binary);
  const std::string environment{std::istreambuf_iterator<char>(file), {}};
  const auto number = [&](std::string_view name) -> std::optional<int64_t> {
    const auto text = FindSetting(environment, name, '\0');
    return text ? ParseNumber(*text) : std::nullopt;
  };

  Tunables tunables;
  cpu_set_t cpus;
  if (sched_getaffinity(pid, sizeof cpus, &cpus) == 0) tunables.procs = CPU_COUNT(&cpus);
  if (const auto procs = number("GOMAXPROCS"); procs && *procs > 0) tunables.procs = *procs;
  if (FindSetting(environment, "GOGC", '\0') == "off") tunables.gc_percent = -1;
  if (const auto percent = number("GOGC")) tunables.gc_percent = *percent;
  const std::string_view debug = FindSetting(environment, "GODEBUG", '\0').value_or("");
  if (const auto off = FindSetting(debug, "asyncpreemptoff", ',')) {
    tunables.asynchronous_preemption = *off == "0" ? 1 : 0;
  }
  if (const auto interval_ms = FindSetting(debug, "schedtrace", ',')) {
    tunables.sched_trace_ms = ParseNumber(*interval_ms).value_or(0);
  }
  // What somebody wrote into an environment may be anything.
  for (const TunableField& field : TunableFields()) {
    tunables.*field.member = std::clamp(tunables.*field.member, field.least, field.greatest);
  }
  return tunables;
}

}  // namespace proctor
