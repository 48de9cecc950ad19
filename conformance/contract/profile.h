// Profiles: the releases whose monitors differ (profiles.def). A clause names the profiles in which
// it holds.
//
// Thread safety: everything here is constant after program start.

#ifndef PROCTOR_CONFORMANCE_CONTRACT_PROFILE_H_
#define PROCTOR_CONFORMANCE_CONTRACT_PROFILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proctor {

enum class ProfileIndex : uint8_t {
#define PROFILE(enumerator, ...) enumerator,
#include "conformance/contract/profiles.def"
#undef PROFILE
};

// Used as a set: bits are or-ed.
enum Profile : uint8_t {
#define PROFILE(enumerator, ...) enumerator = 1 << static_cast<uint8_t>(ProfileIndex::enumerator),
#include "conformance/contract/profiles.def"
#undef PROFILE
};
using ProfileSet = uint8_t;

inline constexpr Profile kProfiles[] = {
#define PROFILE(enumerator, ...) enumerator,
#include "conformance/contract/profiles.def"
#undef PROFILE
};

inline constexpr ProfileSet kAllProfiles = 0
#define PROFILE(enumerator, ...) | enumerator
#include "conformance/contract/profiles.def"
#undef PROFILE
    ;

// Where nobody says which profile holds.
inline constexpr Profile kDefaultProfile = kGo1_20;

// The profiles of this release and of those after it.
constexpr ProfileSet Since(Profile release) {
  int least = 0;
#define PROFILE(enumerator, name, minor, meaning) \
  if (enumerator == release) least = minor;
#include "conformance/contract/profiles.def"
#undef PROFILE
  return static_cast<ProfileSet>(0
#define PROFILE(enumerator, name, minor, meaning) | (minor >= least && minor > 0 ? enumerator : 0)
#include "conformance/contract/profiles.def"
#undef PROFILE
  );
}

inline constexpr ProfileSet kSince1_22 = Since(kGo1_22);
inline constexpr ProfileSet kSince1_25 = Since(kGo1_25);
inline constexpr ProfileSet kSince1_26 = Since(kGo1_26);
inline constexpr ProfileSet kUntil1_25 = kAllProfiles & ~kSince1_26;
inline constexpr ProfileSet kNetbsdOnly = kNetbsd;

// In what the monitor of a profile differs from that of go1.20.
constexpr bool AdjustsWaiters(Profile profile) { return (profile & kSince1_22) != 0; }
constexpr bool FollowsProcessors(Profile profile) { return (profile & kSince1_25) != 0; }
constexpr bool TakesByTaskLock(Profile profile) { return (profile & kSince1_26) != 0; }
constexpr bool RescuesTimers(Profile profile) { return (profile & kNetbsdOnly) != 0; }

std::string_view ProfileName(Profile profile);              // "go1.20"
std::optional<Profile> FindProfile(std::string_view name);  // nullopt: no such profile
std::string ProfileNames();                                 // "go1.20, go1.22, ... or netbsd"

// The profile that a version string declares: "go1.19.8" is go1.20, "go1.24.1" is go1.22, "go1.27"
// is go1.26. Whatever is not of that form ("gccgo 12.2.0") has the default profile.
Profile ProfileOfVersion(std::string_view version);

// For a Go release after the newest one whose monitor was read: one line that says as what it is
// graded. Empty for all others.
std::string UnknownReleaseNote(std::string_view version);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CONTRACT_PROFILE_H_
