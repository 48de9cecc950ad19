#include "conformance/command/mutator.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace proctor {
namespace {

constexpr std::string_view kNumbers[] = {
    "0",
    "-1",
    "1",
    "127",
    "128",
    "255",
    "256",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "1e999",
    "-1e999",
    "1e-999",
    "1.5",
    "1e3",
    "00",
    "0x10",
    "NaN",
    "null",
    "true",
    "\"1\"",
    "99999999999999999999999999999999999999999999999999",
};

constexpr std::string_view kStrings[] = {
    "",
    "x",
    "\\u0000",
    "\\ud800",
    "\\u001b[2J",
    "\xff\xfe",
    "\xc2\x9b",
    "\xe2\x80\xae",
    "../../etc/passwd",
    "go1.999.1",
    "go9",
    "proctor-trace/99",
    "CAD-99",
    "V,Q",
    "-1",
    "18446744073709551616",
    "%s%n",
    "']]>\"<&|`",
    "gap",
    "lock",
    "task_spawn",
    "deadlock",
};

constexpr std::string_view kTokens[] = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\n",
    "\r",
    "\n\n",
    "{}",
    "[]",
    "null",
    "//",
    "\"e\":",
    "\"t\":0,",
    "\"a\":{\"a\":",
    "[[[[[[[[[[[[[[[[",
    "{\"done\":{}}\n",
    "{\"t\":1,\"e\":\"gap\",\"lost\":1}\n",
    "\xef\xbb\xbf",
};

}  // namespace

void Mutator::ReplaceNumber(std::string& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto from = text.begin() + static_cast<ptrdiff_t>(Below(text.size()));
  const auto start = std::find_if(from, text.end(), is_digit);
  const auto end = std::find_if_not(start, text.end(), is_digit);
  text.replace(start, end, kNumbers[Below(std::size(kNumbers))]);
}

void Mutator::ReplaceString(std::string& text) {
  const size_t start = text.find('"', Below(text.size()));
  if (start == std::string::npos) return;
  const size_t end = text.find('"', start + 1);
  if (end == std::string::npos) return;
  text.replace(start + 1, end - start - 1, kStrings[Below(std::size(kStrings))]);
}

void Mutator::SwapLines(std::string& text) {
  const size_t first = text.find('\n', Below(text.size()));
  if (first == std::string::npos) return;
  const size_t second = text.find('\n', first + 1);
  if (second == std::string::npos) return;
  const std::string line = text.substr(first + 1, second - first);
  text.erase(first + 1, line.size());
  const size_t line_end = text.find('\n', Below(text.size()));
  text.insert(line_end == std::string::npos ? text.size() : line_end + 1, line);
}

void Mutator::ChangeOnce(std::string& text) {
  constexpr size_t kPieceMost = 64;
  const size_t at = Below(text.size() + 1);
  const size_t piece = std::min(Below(kPieceMost) + 1, text.size() - at);
  switch (Below(11)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << Below(8)));
      break;
    case 1:
      if (at < text.size()) text[at] = static_cast<char>(Below(256));
      break;
    case 2:
      text.erase(at, piece);
      break;
    case 3:
      text.insert(at, text.substr(at, piece));
      break;
    case 4:
      text.insert(at, text.substr(Below(text.size() + 1), piece));
      break;
    case 5:
      text.insert(at, kTokens[Below(std::size(kTokens))]);
      break;
    case 6:
      text.resize(at);
      break;
    case 7:
      SwapLines(text);
      break;
    case 8:
      ReplaceString(text);
      break;
    default:
      ReplaceNumber(text);
  }
}

std::string Mutator::Mutate(std::string text) {
  // Half of the texts stay well-formed, so that what reads their values is tried, too.
  if (Below(2) == 0) {
    if (Below(3) == 0) {
      ReplaceString(text);
    } else {
      ReplaceNumber(text);
    }
    return text;
  }
  for (size_t changes = 1 + Below(4); changes > 0; --changes) ChangeOnce(text);
  return text;
}

}  // namespace proctor
