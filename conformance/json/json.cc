#include "conformance/json/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace proctor {
namespace {

std::string LineAndColumn(std::string_view text, size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {}", std::ranges::count(before, '\n') + 1,
                     before.size() - line_start + 1);
}

// Goes through a text without making anything of it, and stops at the first thing that is refused.
class Checker : public nlohmann::json_sax<Json> {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  const std::string& error() const { return error_; }

  bool null() override { return OneMore(); }
  bool boolean(bool) override { return OneMore(); }
  bool number_integer(int64_t) override { return OneMore(); }
  bool number_unsigned(uint64_t value) override {
    if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return OneMore();
    return Refuse(fmt::format("the number {} does not fit in 64 bits", value));
  }
  bool number_float(double, const std::string& spelled) override {
    // The library makes a double of an integer that is too large for it.
    if (spelled.find_first_of(".eE") != std::string::npos) return OneMore();
    return Refuse(fmt::format("the number {} does not fit in 64 bits", Quoted(spelled)));
  }
  bool string(std::string& value) override { return CheckText(value) && OneMore(); }
  bool binary(Json::binary_t&) override { return true; }
  bool start_object(size_t) override {
    names_.emplace_back();
    return Deeper();
  }
  bool end_object() override {
    names_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(size_t) override { return Deeper(); }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(std::string& name) override {
    if (!CheckText(name)) return false;
    if (names_.back().insert(name).second) return true;
    return Refuse(fmt::format("member '{}' stands twice in one object", Quoted(name)));
  }
  bool parse_error(size_t byte, const std::string&,
                   const nlohmann::detail::exception& thrown) override {
    constexpr int kNumberOverflow = 406;
    if (thrown.id == kNumberOverflow) return Refuse("a number does not fit in a double");
    const size_t at = std::clamp<size_t>(byte, 1, text_.size() + 1) - 1;  // of the first wrong byte
    return Refuse(fmt::format("not JSON from {} on", LineAndColumn(text_, at)));
  }

 private:
  bool Refuse(std::string error) {
    error_ = std::move(error);
    return false;
  }
  bool OneMore() {
    if (++values_ <= kJsonValuesMost) return true;
    return Refuse(fmt::format("holds more than {} values", kJsonValuesMost));
  }
  bool Deeper() {
    if (++depth_ <= kJsonDepthMost) return OneMore();
    return Refuse(fmt::format("nests deeper than {} levels", kJsonDepthMost));
  }
  bool CheckText(const std::string& text) {
    return text.find('\0') == std::string::npos || Refuse("a string holds a NUL character");
  }

  const std::string_view text_;
  std::string error_;
  size_t depth_ = 0;
  size_t values_ = 0;
  std::vector<std::set<std::string>> names_;  // of the objects that are open
};

}  // namespace

std::optional<Json> ParseJson(std::string_view text, std::string_view what, std::string& error) {
  // The library takes a NUL byte for the end.
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    error = fmt::format("{}: a NUL byte at {}", what, LineAndColumn(text, nul));
    return std::nullopt;
  }
  Checker checker(text);
  if (!Json::sax_parse(text, &checker)) {
    error = fmt::format("{}: {}", what, checker.error());
    return std::nullopt;
  }
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string Quoted(std::string_view text) {
  constexpr size_t kMost = 80;
  std::string quoted;
  for (const char c : text.substr(0, kMost)) quoted += c < ' ' || c > '~' ? '?' : c;
  return text.size() > kMost ? quoted + "..." : quoted;
}

JsonObject::JsonObject(const Json& json, std::string place, std::string prefix,
                       std::set<std::string>* ignored)
    : json_(json), place_(std::move(place)), prefix_(std::move(prefix)), ignored_(ignored) {
  if (!json_.is_object()) throw JsonError{place_ + ": must be an object"};
}

void JsonObject::Fail(std::string_view name, std::string_view what) const {
  throw JsonError{fmt::format("{}: {} {}", place_, name, what)};
}

const Json& JsonObject::Any(std::string_view name) {
  read_.emplace(name);
  const auto found = json_.find(name);
  if (found == json_.end()) throw JsonError{fmt::format("{}: missing member '{}'", place_, name)};
  return *found;
}

std::vector<std::string> JsonObject::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : json_.items()) names.push_back(name);
  return names;
}

std::string JsonObject::Text(std::string_view name) {
  const Json& member = Any(name);
  if (!member.is_string()) Fail(name, "must be a string");
  return member.get<std::string>();
}

std::string JsonObject::Text(std::string_view name, std::string_view otherwise) {
  return Has(name) ? Text(name) : std::string(otherwise);
}

std::string JsonObject::TextNotEmpty(std::string_view name) {
  std::string text = Text(name);
  if (text.empty()) Fail(name, "must not be empty");
  return text;
}

std::vector<std::string> JsonObject::Texts(std::string_view name) {
  if (!Any(name).is_array()) return {TextNotEmpty(name)};
  std::vector<std::string> texts;
  ForTexts(name, [&](const std::string& text) { texts.push_back(text); });
  if (texts.empty() || std::ranges::count(texts, "") > 0) Fail(name, "must not be empty");
  return texts;
}

int64_t JsonObject::Integer(std::string_view name, int64_t least, int64_t greatest) {
  const Json& member = Any(name);
  if (!member.is_number_integer()) Fail(name, "must be an integer");
  const auto value = member.get<int64_t>();
  if (value < least || value > greatest) {
    Fail(name, fmt::format("must be {} to {}", least, greatest));
  }
  return value;
}

bool JsonObject::Boolean(std::string_view name) {
  const Json& member = Any(name);
  if (!member.is_boolean()) Fail(name, "must be true or false");
  return member.get<bool>();
}

uint64_t JsonObject::Seed(std::string_view name) {
  const std::string text = Text(name);
  uint64_t seed = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    Fail(name, fmt::format("'{}' is not a decimal number of 64 bits", Quoted(text)));
  }
  return seed;
}

size_t JsonObject::Schema(std::span<const std::string_view> schemas) {
  const std::string text = Text("schema");
  const auto found = std::ranges::find(schemas, text);
  if (found == schemas.end()) {
    Fail("schema", fmt::format("'{}' is not '{}'", Quoted(text), fmt::join(schemas, "' or '")));
  }
  return static_cast<size_t>(found - schemas.begin());
}

size_t JsonObject::IndexOf(std::string_view name, std::span<const std::string_view> names) {
  const std::string text = Text(name);
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) Fail(name, fmt::format("unknown value '{}'", Quoted(text)));
  return static_cast<size_t>(found - names.begin());
}

void JsonObject::ForIntegers(std::string_view name,
                             const std::function<void(const std::string&, int64_t)>& each) {
  const Json& member = Any(name);
  if (!member.is_object()) Fail(name, "must be an object");
  for (const auto& [key, value] : member.items()) {
    if (!value.is_number_integer()) {
      throw JsonError{fmt::format("{}{}: {} must be an integer", prefix_, name, Quoted(key))};
    }
    each(key, value.get<int64_t>());
  }
}

const Json& JsonObject::Array(std::string_view name) {
  const Json& member = Any(name);
  if (!member.is_array()) Fail(name, "must be an array");
  return member;
}

void JsonObject::ForTexts(std::string_view name,
                          const std::function<void(const std::string&)>& each) {
  for (const Json& element : Array(name)) {
    if (!element.is_string()) Fail(name, "must hold strings");
    each(element.get<std::string>());
  }
}

void JsonObject::ForObjects(std::string_view name, const std::function<void(JsonObject&)>& each) {
  size_t index = 0;
  for (const Json& element : Array(name)) {
    const std::string place = fmt::format("{}{}[{}]", prefix_, name, index++);
    JsonObject object(element, place, place + ".", ignored_);
    each(object);
    object.Finish();
  }
}

void JsonObject::Object(std::string_view name, const std::function<void(JsonObject&)>& read) {
  const std::string place = fmt::format("{}{}", prefix_, name);
  JsonObject object(Any(name), place, place + ".", ignored_);
  read(object);
  object.Finish();
}

void JsonObject::Finish() const {
  for (const auto& [name, value] : json_.items()) {
    if (read_.contains(name)) continue;
    if (ignored_ == nullptr) {
      throw JsonError{fmt::format("{}: unknown member '{}'", place_, Quoted(name))};
    }
    // Once for all elements of an array.
    if (ignored_->size() >= kIgnoredMost) return;
    ignored_->insert(fmt::format("{}.{}", place_.substr(0, place_.find('[')), Quoted(name)));
  }
}

}  // namespace proctor
