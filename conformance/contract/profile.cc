#include "conformance/contract/profile.h"

#include <charconv>
#include <system_error>

namespace proctor {

std::string_view ProfileName(Profile profile) {
  switch (profile) {
    case kGo1_20:
      return "go1.20";
    case kGo1_22:
      return "go1.22";
    case kGo1_25:
      return "go1.25";
    case kGo1_26:
      return "go1.26";
    case kNetbsd:
      return "netbsd";
  }
  return "?";
}

std::optional<Profile> FindProfile(std::string_view name) {
  for (Profile profile : kProfiles) {
    if (ProfileName(profile) == name) return profile;
  }
  return std::nullopt;
}

Profile ProfileOfVersion(std::string_view version) {
  constexpr std::string_view kPrefix = "go1.";
  if (!version.starts_with(kPrefix)) return kGo1_20;
  version.remove_prefix(kPrefix.size());
  int minor = 0;
  const auto parsed = std::from_chars(version.data(), version.data() + version.size(), minor);
  if (parsed.ec != std::errc()) return kGo1_20;
  if (minor >= 26) return kGo1_26;
  if (minor >= 25) return kGo1_25;
  if (minor >= 22) return kGo1_22;
  return kGo1_20;
}

}  // namespace proctor
