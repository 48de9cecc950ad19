#include "conformance/evidence/trace.h"

#include <fmt/format.h>

#include <charconv>
#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <system_error>
#include <utility>

namespace proctor {
namespace {

using Json = nlohmann::ordered_json;

// Thrown inside header parsing only: what is wrong.
struct Wrong {
  std::string what;
};

Json TunablesToJson(const Tunables& tunables) {
  Json json = Json::object();
  for (const TunableField& field : TunableFields()) {
    json[std::string(field.name)] = tunables.*field.member;
  }
  return json;
}

const Json& Member(const Json& json, const char* name) {
  if (!json.contains(name)) throw Wrong{fmt::format("the header lacks '{}'", name)};
  return json[name];
}

std::string Text(const Json& json, const char* name) {
  const Json& member = Member(json, name);
  if (!member.is_string()) throw Wrong{fmt::format("the header's '{}' must be a string", name)};
  return member.get<std::string>();
}

Tunables TunablesFromJson(const Json& json, const char* name) {
  const Json& object = Member(json, name);
  if (!object.is_object()) throw Wrong{fmt::format("the header's '{}' must be an object", name)};
  Tunables tunables;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_number_integer())
      throw Wrong{fmt::format("tunable '{}' must be an integer", key)};
    const std::string why = SetTunable(tunables, key, value.get<int64_t>());
    if (!why.empty()) throw Wrong{fmt::format("{} in '{}'", why, name)};
  }
  return tunables;
}

Header HeaderFromJson(const Json& json) {
  if (!json.is_object()) throw Wrong{"the header must be an object"};
  const std::string schema = Text(json, "schema");
  if (schema != kTraceSchema) {
    throw Wrong{fmt::format("schema '{}' is not '{}'", schema, kTraceSchema)};
  }
  Header header;
  header.maker = Text(json, "maker");
  header.implementation = Text(json, "implementation");
  header.version = Text(json, "version");
  header.clock = Text(json, "clock");
  const std::string tiers = Text(json, "tiers");
  const std::optional<TierSet> tier_set = ParseTiers(tiers);
  if (!tier_set) throw Wrong{fmt::format("unknown tier in '{}'", tiers)};
  header.tiers = *tier_set;
  const std::string profile_name = Text(json, "profile");
  const std::optional<Profile> profile = FindProfile(profile_name);
  if (!profile) throw Wrong{fmt::format("unknown profile '{}'", profile_name)};
  header.profile = *profile;
  const Json& from_start = Member(json, "from_start");
  if (!from_start.is_boolean()) throw Wrong{"the header's 'from_start' must be true or false"};
  header.from_start = from_start.get<bool>();
  const Json& emits = Member(json, "emits");
  if (!emits.is_array()) throw Wrong{"the header's 'emits' must be an array"};
  for (const Json& name : emits) {
    const auto kind = name.is_string() ? FindEventKind(name.get<std::string>()) : std::nullopt;
    if (!kind) throw Wrong{fmt::format("unknown event {} in 'emits'", name.dump())};
    header.emits.set(static_cast<size_t>(*kind));
  }
  header.scenario = Text(json, "scenario");
  const std::string seed = Text(json, "seed");
  const auto parsed = std::from_chars(seed.data(), seed.data() + seed.size(), header.seed);
  if (parsed.ec != std::errc() || parsed.ptr != seed.data() + seed.size()) {
    throw Wrong{fmt::format("seed '{}' is not a decimal number", seed)};
  }
  header.asked = TunablesFromJson(json, "asked");
  header.in_force = TunablesFromJson(json, "in_force");
  return header;
}

void AppendNumber(std::string& line, int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  line.append(digits, end);
}

void AppendMember(std::string& line, std::string_view name, int64_t value) {
  line += ",\"";
  line += name;
  line += "\":";
  AppendNumber(line, value);
}

// Reads the flat objects that events are: names, integers and short strings without escapes. A
// general parser would take most of the time that judging takes.
class EventParser {
 public:
  EventParser(std::string_view line, std::string& why) : rest_(line), why_(why) {}

  std::optional<Event> Parse() {
    if (!Expect('{')) return std::nullopt;
    do {
      if (!ParseMember()) return std::nullopt;
    } while (Accept(','));
    if (!Expect('}')) return std::nullopt;
    SkipSpace();
    if (!rest_.empty()) return Fail("something follows the event");
    return Finish();
  }

 private:
  std::nullopt_t Fail(std::string what) {
    if (why_.empty()) why_ = std::move(what);
    return std::nullopt;
  }
  bool Wrong(std::string what) {
    Fail(std::move(what));
    return false;
  }

  void SkipSpace() {
    while (!rest_.empty() &&
           (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\r')) {
      rest_.remove_prefix(1);
    }
  }
  bool Accept(char wanted) {
    SkipSpace();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool Expect(char wanted) {
    if (Accept(wanted)) return true;
    if (rest_.empty()) return Wrong("the line is cut short");
    return Wrong(fmt::format("expected '{}', found {}", wanted, Quote(rest_.front())));
  }
  static std::string Quote(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte > '~' ? fmt::format("byte {:#04x}", byte) : fmt::format("'{}'", c);
  }

  bool ParseString(std::string_view& text) {
    if (!Expect('"')) return false;
    const size_t end = rest_.find('"');
    if (end == std::string_view::npos) return Wrong("the line is cut short");
    text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    for (const char c : text) {
      if (c == '\\' || static_cast<unsigned char>(c) < ' ') {
        return Wrong(fmt::format("{} in a name", Quote(c)));
      }
    }
    return true;
  }

  bool ParseInteger(std::string_view name, int64_t& value) {
    SkipSpace();
    const auto parsed = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (parsed.ec != std::errc()) {
      return Wrong(rest_.empty() ? "the line is cut short"
                                 : fmt::format("'{}' must be a 64-bit integer", name));
    }
    rest_.remove_prefix(static_cast<size_t>(parsed.ptr - rest_.data()));
    return true;
  }

  bool ParseMember() {
    std::string_view name;
    if (!ParseString(name) || !Expect(':')) return false;
    if (name == "e") return ParseKind();
    if (name == "t") {
      has_time_ = true;
      if (!ParseInteger(name, event_.time_ns)) return false;
      return event_.time_ns >= 0 || Wrong("'t' must not be negative");
    }
    if (name == "g") return ParseActor(name, INT64_MAX, event_.g);
    if (name == "m") return ParseActor(name, INT32_MAX, event_.m);
    if (name == "p") return ParseActor(name, kProcessorsMost - 1, event_.p);
    return ParseArgument(name);
  }

  template <typename Integer>
  bool ParseActor(std::string_view name, int64_t greatest, Integer& actor) {
    int64_t value = 0;
    if (!ParseInteger(name, value)) return false;
    if (value < -1 || value > greatest)
      return Wrong(fmt::format("'{}' must be -1 to {}", name, greatest));
    actor = static_cast<Integer>(value);
    return true;
  }

  bool ParseKind() {
    std::string_view name;
    if (!ParseString(name)) return false;
    const std::optional<EventKind> kind = FindEventKind(name);
    if (!kind) return Wrong(fmt::format("unknown event '{}'", name));
    event_.kind = *kind;
    has_kind_ = true;
    return true;
  }

  bool ParseArgument(std::string_view name) {
    if (!has_kind_) return Wrong(fmt::format("'{}' stands before 'e'", name));
    for (const Arg arg : ArgsOf(event_.kind)) {
      if (ArgName(arg) != name) continue;
      const int position = ArgPosition(event_.kind, arg);
      seen_ |= 1u << position;
      const ValueNames names = ArgValueNames(arg);
      return names.empty() ? ParseInteger(name, event_.args[position])
                           : ParseValueName(name, names, event_.args[position]);
    }
    return Wrong(fmt::format("event '{}' has no '{}'", EventKindName(event_.kind), name));
  }

  bool ParseValueName(std::string_view name, ValueNames names, int64_t& value) {
    std::string_view text;
    if (!ParseString(text)) return false;
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] != text) continue;
      value = static_cast<int64_t>(i);
      return true;
    }
    return Wrong(fmt::format("unknown '{}' for '{}'", text, name));
  }

  std::optional<Event> Finish() {
    if (!has_kind_) return Fail("an event lacks 'e'");
    if (!has_time_) return Fail("an event lacks 't'");
    for (const Arg arg : ArgsOf(event_.kind)) {
      if ((seen_ >> ArgPosition(event_.kind, arg) & 1u) == 0) {
        return Fail(fmt::format("event '{}' lacks '{}'", EventKindName(event_.kind), ArgName(arg)));
      }
    }
    return event_;
  }

  std::string_view rest_;
  std::string& why_;
  Event event_;
  bool has_kind_ = false;
  bool has_time_ = false;
  unsigned seen_ = 0;
};

}  // namespace

void FormatEvent(const Event& event, std::string& line) {
  line += "{\"t\":";
  AppendNumber(line, event.time_ns);
  line += ",\"e\":\"";
  line += EventKindName(event.kind);
  line += '"';
  if (event.m != -1) AppendMember(line, "m", event.m);
  if (event.p != -1) AppendMember(line, "p", event.p);
  if (event.g != -1) AppendMember(line, "g", event.g);
  for (const Arg arg : ArgsOf(event.kind)) {
    const int64_t value = event.Get(arg);
    const ValueNames names = ArgValueNames(arg);
    if (names.empty()) {
      AppendMember(line, ArgName(arg), value);
      continue;
    }
    line += ",\"";
    line += ArgName(arg);
    line += "\":\"";
    line += names[static_cast<size_t>(value)];
    line += '"';
  }
  line += '}';
}

std::optional<Event> ParseEvent(std::string_view line, std::string& why) {
  return EventParser(line, why).Parse();
}

TraceReader::TraceReader(std::istream& stream, std::string name)
    : stream_(stream), name_(std::move(name)), buffer_(kMaxLineBytes + 1, '\0') {}

void TraceReader::Fail(const std::string& what) {
  error_ = line_number_ == 0 ? fmt::format("{}: {}", name_, what)
                             : fmt::format("{}:{}: {}", name_, line_number_, what);
}

bool TraceReader::ReadLine() {
  if (!error_.empty() || stream_.peek() == std::istream::traits_type::eof()) return false;
  ++line_number_;
  // Not std::getline: a line without an end must not fill the memory.
  stream_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  const auto got = static_cast<size_t>(stream_.gcount());
  if (stream_.fail()) {
    Fail(got + 1 >= buffer_.size() ? fmt::format("a line is longer than {} bytes", kMaxLineBytes)
                                   : "the file cannot be read");
    return false;
  }
  if (stream_.eof()) {
    Fail("the last line is cut short (it has no line break)");
    return false;
  }
  line_ = std::string_view(buffer_).substr(0, got - 1);
  if (line_.find('\0') != std::string_view::npos) {
    Fail("the line holds NUL bytes");
    return false;
  }
  return true;
}

std::optional<Header> TraceReader::ReadHeader() {
  if (!ReadLine()) {
    if (error_.empty()) Fail("the trace is empty");
    return std::nullopt;
  }
  const Json json = Json::parse(line_, nullptr, false);
  if (json.is_discarded()) {
    Fail("the header is not JSON");
    return std::nullopt;
  }
  try {
    return HeaderFromJson(json);
  } catch (const Wrong& wrong) {
    Fail(wrong.what);
    return std::nullopt;
  }
}

std::optional<Event> TraceReader::Next() {
  if (!ReadLine()) return std::nullopt;
  std::string why;
  const std::optional<Event> event = ParseEvent(line_, why);
  if (!event) {
    Fail(why);
    return std::nullopt;
  }
  if (event->time_ns < last_time_ns_) {
    Fail(fmt::format("times go backwards ({} ns after {} ns)", event->time_ns, last_time_ns_));
    return std::nullopt;
  }
  last_time_ns_ = event->time_ns;
  return event;
}

TraceWriter::TraceWriter(std::ostream& stream, const Header& header) : stream_(stream) {
  Json emits = Json::array();
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    if (header.emits[kind]) emits.push_back(EventKindName(static_cast<EventKind>(kind)));
  }
  const Json json = {{"schema", kTraceSchema},
                     {"maker", header.maker},
                     {"implementation", header.implementation},
                     {"version", header.version},
                     {"clock", header.clock},
                     {"tiers", TierNames(header.tiers)},
                     {"profile", ProfileName(header.profile)},
                     {"from_start", header.from_start},
                     {"emits", std::move(emits)},
                     {"scenario", header.scenario},
                     {"seed", std::to_string(header.seed)},
                     {"asked", TunablesToJson(header.asked)},
                     {"in_force", TunablesToJson(header.in_force)}};
  stream_ << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void TraceWriter::Write(const Event& event) {
  line_.clear();
  FormatEvent(event, line_);
  line_ += '\n';
  stream_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
}

}  // namespace proctor
