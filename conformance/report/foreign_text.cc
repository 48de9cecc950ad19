#include "conformance/report/foreign_text.h"

#include <fmt/core.h>

#include <cstdint>

namespace proctor {
namespace {

constexpr size_t kNameBytesMost = 200;
constexpr char32_t kInvalid = 0xffffffff;

// Takes the first character off `rest`; kInvalid: a byte that starts no well-formed one.
char32_t TakeCharacter(std::string_view& rest) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char first = byte(0);
  const size_t length = first < 0x80   ? 1
                        : first < 0xc2 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                                       : 4;
  char32_t character = length < 2 ? first : first & (0x7f >> length);
  bool well_formed = length > 0 && first < 0xf5 && length <= rest.size();
  for (size_t i = 1; well_formed && i < length; ++i) {
    well_formed = (byte(i) & 0xc0) == 0x80;
    character = character << 6 | (byte(i) & 0x3f);
  }
  // Longer than it had to be, a half of a pair of UTF-16, or beyond Unicode.
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  well_formed = well_formed && character >= kLeast[length] && character <= 0x10ffff &&
                (character < 0xd800 || character > 0xdfff);
  rest.remove_prefix(well_formed ? length : 1);
  return well_formed ? character : kInvalid;
}

struct Range {
  char32_t first;
  char32_t last;
};

// Invisible, without a meaning, or turning what comes after it around.
constexpr Range kHidden[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       {0x034f, 0x034f},    {0x061c, 0x061c},
    {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x200b, 0x200f},    {0x2028, 0x202e},
    {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfdd0, 0xfdef},   {0xfe00, 0xfe0f},    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0xe0000, 0xe0fff}, {0xf0000, kInvalid},
};

bool IsHidden(char32_t character) {
  if ((character & 0xfffe) == 0xfffe) return true;
  for (const Range& range : kHidden) {
    if (character >= range.first && character <= range.last) return true;
  }
  return false;
}

void AppendEscaped(std::string& out, std::string_view character, Medium medium) {
  const char c = character[0];
  const bool is_markup = medium == Medium::kMarkdown || medium == Medium::kHtml;
  if (!is_markup || character.size() > 1) {
    out += character;
  } else if (c == '<') {
    out += "&lt;";
  } else if (c == '>') {
    out += "&gt;";
  } else if (c == '&') {
    out += "&amp;";
  } else if (medium == Medium::kHtml) {
    if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += c;
    }
  } else {
    // Addresses turn into links without any markup: by their colon, at sign or "www.".
    constexpr std::string_view kMarks = "\\`*_{}[]()#+!|~$:@";
    const bool is_mark = kMarks.find(c) != std::string_view::npos || (c == '-' && out.empty()) ||
                         (c == '=' && out.empty()) || (c == '.' && out.ends_with("ww"));
    if (is_mark) out += '\\';
    out += c;
  }
}

}  // namespace

std::string Clean(std::string_view text, Medium medium, size_t bytes_most) {
  std::string clean;
  std::string_view rest = text;
  while (!rest.empty()) {
    if (text.size() - rest.size() >= bytes_most) {
      return clean + fmt::format("... ({} bytes)", text.size());
    }
    const std::string_view before = rest;
    const char32_t character = TakeCharacter(rest);
    if (character == '\n' || character == '\r' || character == '\t') {
      clean += ' ';
    } else if (IsHidden(character)) {
      clean += '?';
    } else {
      AppendEscaped(clean, before.substr(0, before.size() - rest.size()), medium);
    }
  }
  return clean;
}

std::string_view CutAt(std::string_view text, size_t bytes_most) {
  if (text.size() <= bytes_most) return text;
  while (bytes_most > 0 && (static_cast<unsigned char>(text[bytes_most]) & 0xc0) == 0x80) {
    --bytes_most;
  }
  return text.substr(0, bytes_most);
}

Results CleanResults(const Results& results, Medium medium) {
  const Medium code = medium == Medium::kMarkdown ? Medium::kTerminal : medium;
  Results clean = results;
  clean.implementation = Clean(results.implementation, medium, kNameBytesMost);
  clean.asked_as = Clean(results.asked_as, medium, kNameBytesMost);
  clean.version = Clean(results.version, medium, kNameBytesMost);
  clean.machine = Clean(results.machine, medium, kNameBytesMost);
  for (std::vector<Latency>* latencies : {&clean.latencies, &clean.floors}) {
    for (Latency& latency : *latencies) {
      latency.name = Clean(latency.name, medium, kNameBytesMost);
      latency.about = Clean(latency.about, medium, kNameBytesMost);
      latency.grows_with = Clean(latency.grows_with, medium, kNameBytesMost);
      latency.floor = Clean(latency.floor, medium, kNameBytesMost);
    }
  }
  for (Cadence& cadence : clean.cadences) {
    cadence.name = Clean(cadence.name, medium, kNameBytesMost);
  }
  for (std::string& line : clean.unjudged) line = Clean(line, medium);
  for (Result& result : clean.verdicts) {
    result.ruling.message = Clean(result.ruling.message, medium);
    result.replay = Clean(result.replay, code);
    if (!result.scenario) continue;
    result.scenario->name = Clean(result.scenario->name, code);
    result.scenario->about = Clean(result.scenario->about, code);
  }
  return clean;
}

}  // namespace proctor
