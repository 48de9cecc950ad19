// Reading JSON that people write: where the text stops being JSON is said by line and column.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_JSON_JSON_H_
#define PROCTOR_CONFORMANCE_JSON_JSON_H_

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace proctor {

// Json: nlohmann::json, or its ordered kind. nullopt: `why` is "WHAT: not JSON from line 3, column
// 7 on".
template <typename Json>
std::optional<Json> ParseJson(std::string_view text, std::string_view what, std::string& why) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    const size_t at =
        std::clamp<size_t>(error.byte, 1, text.size() + 1) - 1;  // of the first wrong byte
    const std::string_view before = text.substr(0, at);
    const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    why = fmt::format("{}: not JSON from line {}, column {} on", what,
                      std::ranges::count(before, '\n') + 1, at - line_start + 1);
    return std::nullopt;
  }
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JSON_JSON_H_
