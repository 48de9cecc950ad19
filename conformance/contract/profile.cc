#include "conformance/contract/profile.h"

#include <fmt/core.h>

#include <charconv>
#include <iterator>
#include <system_error>

namespace proctor {
namespace {

struct Row {
  Profile profile;
  std::string_view name;
  int minor;
};
constexpr Row kRows[] = {
#define PROFILE(enumerator, name, minor, meaning) {enumerator, name, minor},
#include "conformance/contract/profiles.def"
#undef PROFILE
};

// The newest release whose monitor was compared with that of the last profile.
constexpr int kNewestMinorRead = 27;

// nullopt: it names no Go release.
std::optional<int> MinorOf(std::string_view version) {
  constexpr std::string_view kPrefix = "go1.";
  if (!version.starts_with(kPrefix)) return std::nullopt;
  version.remove_prefix(kPrefix.size());
  int minor = 0;
  const auto parsed = std::from_chars(version.data(), version.data() + version.size(), minor);
  if (parsed.ec != std::errc()) return std::nullopt;
  return minor;
}

}  // namespace

std::string_view ProfileName(Profile profile) {
  for (const Row& row : kRows) {
    if (row.profile == profile) return row.name;
  }
  return "?";
}

std::optional<Profile> FindProfile(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.profile;
  }
  return std::nullopt;
}

std::string ProfileNames() {
  std::string names;
  for (size_t i = 0; i < std::size(kRows); ++i) {
    if (i > 0) names += i + 1 < std::size(kRows) ? ", " : " or ";
    names += kRows[i].name;
  }
  return names;
}

Profile ProfileOfVersion(std::string_view version) {
  const std::optional<int> minor = MinorOf(version);
  Profile profile = kDefaultProfile;
  if (!minor) return profile;
  for (const Row& row : kRows) {
    if (row.minor > 0 && *minor >= row.minor) profile = row.profile;
  }
  return profile;
}

std::string UnknownReleaseNote(std::string_view version) {
  const std::optional<int> minor = MinorOf(version);
  if (!minor || *minor <= kNewestMinorRead) return "";
  return fmt::format(
      "go1.{} is newer than go1.{}, the newest release that is known here: graded as {}", *minor,
      kNewestMinorRead, ProfileName(ProfileOfVersion(version)));
}

}  // namespace proctor
