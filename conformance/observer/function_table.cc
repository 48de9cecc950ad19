#include "conformance/observer/function_table.h"

#include "conformance/observer/elf_file.h"

namespace proctor {
namespace {

constexpr uint32_t kSince1_2 = 0xfffffffb;
constexpr uint32_t kSince1_16 = 0xfffffffa;
constexpr uint32_t kSince1_18 = 0xfffffff0;
constexpr uint32_t kSince1_20 = 0xfffffff1;
constexpr uint64_t kWord = 8;

// Behind the magic: two zeros, the least length of an instruction, the length of a pointer.
bool IsHeader(std::string_view bytes, uint64_t at) {
  const auto magic = ReadAt<uint32_t>(bytes, at);
  if (!magic || (*magic != kSince1_2 && *magic != kSince1_16 && *magic != kSince1_18 &&
                 *magic != kSince1_20)) {
    return false;
  }
  const std::string_view rest = bytes.substr(at + sizeof *magic);
  if (rest.size() < 4 || rest[0] != 0 || rest[1] != 0 || rest[3] != kWord) return false;
  return rest[2] == 1 || rest[2] == 2 || rest[2] == 4;
}

// Where the parts of a table are, counted from its beginning.
struct Parts {
  uint64_t count = 0;      // of functions
  uint64_t names = 0;      // what a name's offset counts from
  uint64_t functions = 0;  // pairs of a function's address and the offset of its record
  uint64_t records = 0;    // what a record's offset counts from
  bool relative = false;   // addresses and offsets are of 32 bits, the addresses relative
};

std::optional<Parts> ReadParts(std::string_view table) {
  const uint32_t magic = *ReadAt<uint32_t>(table, 0);
  const auto word = [&](uint64_t number) { return ReadAt<uint64_t>(table, 8 + number * kWord); };
  const auto count = word(0);
  if (!count) return std::nullopt;
  if (magic == kSince1_2) return Parts{.count = *count, .functions = 8 + kWord};
  // After the count: the number of files, the text's start since 1.18, and five offsets, of the
  // names first and the functions last.
  const bool relative = magic != kSince1_16;
  const uint64_t first = relative ? 3 : 2;
  const auto names = word(first);
  const auto functions = word(first + 4);
  if (!names || !functions) return std::nullopt;
  return Parts{.count = *count,
               .names = *names,
               .functions = *functions,
               .records = *functions,
               .relative = relative};
}

struct Function {
  uint64_t address;
  uint64_t record;
};

std::optional<uint64_t> ReadAddress(std::string_view table, const Parts& parts, uint64_t number) {
  if (!parts.relative) return ReadAt<uint64_t>(table, parts.functions + number * 2 * kWord);
  const auto address = ReadAt<uint32_t>(table, parts.functions + number * 8);
  return address ? std::optional<uint64_t>(*address) : std::nullopt;
}

std::optional<Function> ReadFunction(std::string_view table, const Parts& parts, uint64_t number) {
  const auto address = ReadAddress(table, parts, number);
  std::optional<uint64_t> record;
  if (parts.relative) {
    if (const auto offset = ReadAt<uint32_t>(table, parts.functions + number * 8 + 4)) {
      record = *offset;
    }
  } else {
    record = ReadAt<uint64_t>(table, parts.functions + number * 2 * kWord + kWord);
  }
  if (!address || !record) return std::nullopt;
  return Function{*address, parts.records + *record};
}

bool IsNamed(std::string_view table, const Parts& parts, const Function& function,
             std::string_view name) {
  // A record begins with the function's address.
  const auto offset = ReadAt<int32_t>(table, function.record + (parts.relative ? 4 : kWord));
  if (!offset || *offset < 0) return false;
  const uint64_t at = parts.names + static_cast<uint64_t>(*offset);
  if (at > table.size() || table.size() - at <= name.size()) return false;
  return table.substr(at).starts_with(name) && table[at + name.size()] == '\0';
}

}  // namespace

std::optional<uint64_t> FindFunctionTable(std::string_view bytes) {
  for (uint64_t at = 0; at + kWord <= bytes.size(); at += kWord) {
    if (IsHeader(bytes, at)) return at;
  }
  return std::nullopt;
}

std::optional<FunctionRange> FindInFunctionTable(std::string_view table, std::string_view name) {
  if (!IsHeader(table, 0)) return std::nullopt;
  const std::optional<Parts> parts = ReadParts(table);
  if (!parts) return std::nullopt;
  for (uint64_t number = 0; number < parts->count; ++number) {
    const auto function = ReadFunction(table, *parts, number);
    if (!function) return std::nullopt;
    if (!IsNamed(table, *parts, *function, name)) continue;
    // The last function is followed by the end of all.
    const std::optional<uint64_t> end = ReadAddress(table, *parts, number + 1);
    if (!end || *end <= function->address) return std::nullopt;
    return FunctionRange{function->address, *end, parts->relative};
  }
  return std::nullopt;
}

}  // namespace proctor
