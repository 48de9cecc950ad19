// Profiles: the releases whose monitors differ. A clause names the profiles in which it holds.

#ifndef PROCTOR_CONFORMANCE_CONTRACT_PROFILE_H_
#define PROCTOR_CONFORMANCE_CONTRACT_PROFILE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace proctor {

// Used as a set: bits are or-ed.
enum Profile : uint8_t {
  kGo1_20 = 1,  // the default, also for the releases before it
  kGo1_22 = 2,
  kGo1_25 = 4,
  kGo1_26 = 8,
  kNetbsd = 16,  // go1.20 on a system whose poller loses wake-ups
};
using ProfileSet = uint8_t;
inline constexpr Profile kProfiles[] = {kGo1_20, kGo1_22, kGo1_25, kGo1_26, kNetbsd};

inline constexpr ProfileSet kAllProfiles = kGo1_20 | kGo1_22 | kGo1_25 | kGo1_26 | kNetbsd;
inline constexpr ProfileSet kSince1_22 = kGo1_22 | kGo1_25 | kGo1_26;
inline constexpr ProfileSet kSince1_25 = kGo1_25 | kGo1_26;
inline constexpr ProfileSet kSince1_26 = kGo1_26;
inline constexpr ProfileSet kUntil1_25 = kAllProfiles & ~kGo1_26;
inline constexpr ProfileSet kNetbsdOnly = kNetbsd;

std::string_view ProfileName(Profile profile);              // "go1.20"
std::optional<Profile> FindProfile(std::string_view name);  // nullopt: no such profile

// The profile that a version string declares: "go1.19.8" is go1.20, "go1.24.1" is go1.22, "go1.27"
// is go1.26. Whatever is not of that form ("gccgo 12.2.0") has the default profile.
Profile ProfileOfVersion(std::string_view version);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CONTRACT_PROFILE_H_
