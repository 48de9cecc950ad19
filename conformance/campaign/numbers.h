// What people write on a command line as a number or a duration. Everything that does not fit is
// refused.
//
// Errors: one line that names the accepted form. Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_NUMBERS_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_NUMBERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proctor {

// Decimal digits only, from `least` to `most`. nullopt: `error`.
std::optional<uint64_t> ParseNumber(std::string_view text, uint64_t least, uint64_t most,
                                    std::string& error);

// "500ms", "60s", "10m", "2h" as milliseconds, up to a year. nullopt: `error`.
std::optional<int64_t> ParseDurationMs(std::string_view text, std::string& error);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_NUMBERS_H_
