// Reading JSON, by one policy for every file and line that this program takes in, but for the lines
// of a trace: they are flat, and millions of them are read by a parser of their own
// (evidence/trace.h).
//
// A text is refused, with the place of what is wrong, when it is no JSON, holds a NUL byte, names a
// member twice, nests deeper than kJsonDepthMost, holds more than kJsonValuesMost values, or holds
// a number that fits neither a signed 64-bit integer nor a double. Members that nobody asked for
// are errors in what people write; in what programs write they are named once each and ignored, so
// that a newer program's files can be read.
//
//   std::optional<Point> ParsePoint(std::string_view text, std::string& error) {
//     return ReadJson<Point>(text, {.what = "point"}, error, [](JsonObject& object) {
//       return Point{.x = object.Integer("x"), .y = object.Integer("y", 0)};
//     });
//   }
//
// Errors: one line, "PLACE: what is wrong"; foreign text is quoted in short. Nothing here lets an
// exception out.
//
// Thread safety: plain functions; an object is for one thread at a time.

#ifndef PROCTOR_CONFORMANCE_JSON_JSON_H_
#define PROCTOR_CONFORMANCE_JSON_JSON_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proctor {

using Json = nlohmann::ordered_json;

inline constexpr size_t kJsonDepthMost = 64;
// A value takes up to some 150 bytes of memory; large results hold 30,000.
inline constexpr size_t kJsonValuesMost = 1'000'000;
inline constexpr size_t kIgnoredMost = 20;  // unknown members that are named

// nullopt: `error` is "WHAT: not JSON from line 3, column 7 on", say.
std::optional<Json> ParseJson(std::string_view text, std::string_view what, std::string& error);

// Foreign text in an error message: printable ASCII, at most 80 bytes of it.
std::string Quoted(std::string_view text);

// What is wrong, and where. Thrown and caught inside ReadJson only.
struct JsonError {
  std::string what;
};

enum class UnknownMembers { kAreErrors, kAreIgnored };

struct JsonFormat {
  std::string_view what;  // the place of the outermost object: "scenario"
  UnknownMembers unknown = UnknownMembers::kAreErrors;
};

// An object whose members are read one by one; those that were not read in the end are unknown.
// A member that is missing, of another type or out of range throws a JsonError.
class JsonObject {
 public:
  // `prefix` stands before the names of members in the places of what is below: "entries[2].".
  // `ignored` collects the unknown members ("header.colour"); nullptr: they are errors.
  JsonObject(const Json& json, std::string place, std::string prefix,
             std::set<std::string>* ignored);

  bool Has(std::string_view name) const { return json_.contains(name); }
  std::vector<std::string> Names() const;  // of all members, in their order

  std::string Text(std::string_view name);
  std::string Text(std::string_view name, std::string_view otherwise);
  std::string TextNotEmpty(std::string_view name);
  // Of a text that is not empty, or of an array of such, of which there must be one.
  std::vector<std::string> Texts(std::string_view name);
  int64_t Integer(std::string_view name, int64_t least = std::numeric_limits<int64_t>::min(),
                  int64_t greatest = std::numeric_limits<int64_t>::max());
  bool Boolean(std::string_view name);
  uint64_t Seed(std::string_view name);  // a decimal number in a string
  // The index in `schemas` of the member "schema".
  size_t Schema(std::span<const std::string_view> schemas);
  void Schema(std::string_view schema) { Schema({&schema, 1}); }

  // Sets `value` where there is such a member.
  template <typename Int>
  void Update(std::string_view name, Int& value) {
    if (!Has(name)) return;
    value = static_cast<Int>(
        Integer(name, std::numeric_limits<Int>::min(), std::numeric_limits<Int>::max()));
  }
  void Update(std::string_view name, bool& value) {
    if (Has(name)) value = Boolean(name);
  }
  void Update(std::string_view name, std::string& value) {
    if (Has(name)) value = Text(name);
  }
  // The enumerator whose name in `names` the member spells.
  template <typename Enum>
  void UpdateEnum(std::string_view name, std::span<const std::string_view> names, Enum& value) {
    if (Has(name)) value = static_cast<Enum>(IndexOf(name, names));
  }

  size_t IndexOf(std::string_view name, std::span<const std::string_view> names);

  // find(text) as an optional of what the member spells.
  template <typename Find>
  auto Named(std::string_view name, Find find) {
    const std::string text = Text(name);
    const auto found = find(text);
    if (!found) Fail(name, "unknown value '" + Quoted(text) + "'");
    return *found;
  }

  // each(name, value) for the members of an object of integers.
  void ForIntegers(std::string_view name,
                   const std::function<void(const std::string&, int64_t)>& each);
  // each(text) for the elements of an array of strings.
  void ForTexts(std::string_view name, const std::function<void(const std::string&)>& each);
  // each(object) for the elements of an array of objects; read(object) for a member that is one.
  void ForObjects(std::string_view name, const std::function<void(JsonObject&)>& each);
  void Object(std::string_view name, const std::function<void(JsonObject&)>& read);
  // The member as it stands.
  const Json& Any(std::string_view name);

  [[noreturn]] void Fail(std::string_view name, std::string_view what) const;

  // Members that were not read are errors, or ignored.
  void Finish() const;

 private:
  const Json& Array(std::string_view name);

  const Json& json_;
  const std::string place_;
  const std::string prefix_;
  std::set<std::string>* const ignored_;
  std::set<std::string, std::less<>> read_;
};

// read(object) on JSON that is part of a larger one. nullopt: `error`. `ignored` gets the unknown
// members where the format ignores them.
template <typename Value, typename Read>
std::optional<Value> ReadJsonValue(const Json& json, const JsonFormat& format, std::string& error,
                                   Read read, std::set<std::string>* ignored = nullptr) {
  std::set<std::string> unheeded;
  if (ignored == nullptr) ignored = &unheeded;
  try {
    JsonObject object(json, std::string(format.what), "",
                      format.unknown == UnknownMembers::kAreIgnored ? ignored : nullptr);
    Value value = read(object);
    object.Finish();
    return value;
  } catch (const JsonError& wrong) {
    error = wrong.what;
    return std::nullopt;
  }
}

// The same on a whole text.
template <typename Value, typename Read>
std::optional<Value> ReadJson(std::string_view text, const JsonFormat& format, std::string& error,
                              Read read, std::set<std::string>* ignored = nullptr) {
  const std::optional<Json> json = ParseJson(text, format.what, error);
  if (!json) return std::nullopt;
  return ReadJsonValue<Value>(*json, format, error, read, ignored);
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JSON_JSON_H_
