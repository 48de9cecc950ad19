#include "conformance/evidence/trace.h"

#include <fmt/core.h>

#include <charconv>
#include <istream>
#include <ostream>
#include <system_error>
#include <utility>

#include "conformance/evidence/promises_json.h"
#include "conformance/json/json.h"

namespace proctor {
namespace {

Json TunablesToJson(const Tunables& tunables) {
  Json json = Json::object();
  for (const TunableField& field : TunableFields()) {
    json[std::string(field.name)] = tunables.*field.member;
  }
  return json;
}

Tunables ReadTunables(JsonObject& object, std::string_view name) {
  Tunables tunables;
  object.ForIntegers(name, [&](const std::string& tunable, int64_t value) {
    const std::string error = SetTunable(tunables, tunable, value);
    if (!error.empty()) object.Fail(name, Quoted(error));
  });
  return tunables;
}

Header ReadHeaderMembers(JsonObject& object) {
  object.Schema(kTraceSchema);
  Header header;
  header.maker = object.Text("maker");
  header.implementation = object.Text("implementation");
  header.version = object.Text("version");
  header.clock = object.Text("clock");
  header.tiers = object.Named("tiers", ParseTiers);
  header.profile = object.Named("profile", FindProfile);
  header.from_start = object.Boolean("from_start");
  object.ForTexts("emits", [&](const std::string& name) {
    const std::optional<EventKind> kind = FindEventKind(name);
    if (!kind) object.Fail("emits", "unknown value '" + Quoted(name) + "'");
    header.emits.set(static_cast<size_t>(*kind));
  });
  header.scenario = object.Text("scenario");
  header.seed = object.Seed("seed");
  header.asked = ReadTunables(object, "asked");
  header.in_force = ReadTunables(object, "in_force");
  if (object.Has("promises")) {
    object.Object("promises",
                  [&](JsonObject& members) { header.promises = ReadPromises(members); });
  }
  return header;
}

// Left out where it is 0: not known.
bool IsOptional(EventKind kind, Arg arg) {
  return kind == EventKind::kTraceLine && arg == Arg::kNowNs;
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
  static constexpr int kTimeBit = kArgsPerEventMost;
  static constexpr int kKindBit = kTimeBit + 1;
  static constexpr int kMBit = kKindBit + 1;
  static constexpr int kPBit = kMBit + 1;
  static constexpr int kGBit = kPBit + 1;

 public:
  EventParser(std::string_view line, std::string& error, std::set<std::string>* ignored)
      : rest_(line), error_(error), ignored_(ignored) {}

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
    if (error_.empty()) error_ = std::move(what);
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
                                 : fmt::format("'{}' must be a 64-bit integer", Quoted(name)));
    }
    rest_.remove_prefix(static_cast<size_t>(parsed.ptr - rest_.data()));
    return true;
  }

  bool ParseMember() {
    std::string_view name;
    if (!ParseString(name) || !Expect(':')) return false;
    if (name == "e") return Once(kKindBit, name) && ParseKind();
    if (name == "t") {
      if (!Once(kTimeBit, name) || !ParseInteger(name, event_.time_ns)) return false;
      return event_.time_ns >= 0 || Wrong("'t' must not be negative");
    }
    if (name == "g") return Once(kGBit, name) && ParseActor(name, INT64_MAX, event_.g);
    if (name == "m") return Once(kMBit, name) && ParseActor(name, INT32_MAX, event_.m);
    if (name == "p") return Once(kPBit, name) && ParseActor(name, kProcessorsMost - 1, event_.p);
    return ParseArgument(name);
  }

  bool Saw(int bit) const { return (seen_ >> bit & 1u) != 0; }
  bool Once(int bit, std::string_view name) {
    if (Saw(bit)) return Wrong(fmt::format("'{}' stands twice in one event", name));
    seen_ |= 1u << bit;
    return true;
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
    if (!kind) return Wrong(fmt::format("unknown event '{}'", Quoted(name)));
    event_.kind = *kind;
    knows_kind_ = true;
    return true;
  }

  // Programs write 'e' before its arguments; others' JSON may have any order.
  bool LookAheadForKind() {
    const std::string_view here = rest_;
    std::string_view name;
    if (!SkipValue("")) return false;
    while (Accept(',')) {
      if (!ParseString(name) || !Expect(':')) return false;
      if (name == "e") {
        if (!ParseKind()) return false;
        rest_ = here;
        return true;
      }
      if (!SkipValue(name)) return false;
    }
    return Wrong("an event lacks 'e'");
  }

  bool ParseArgument(std::string_view name) {
    if (!knows_kind_ && !LookAheadForKind()) return false;
    for (const Arg arg : ArgsOf(event_.kind)) {
      if (ArgName(arg) != name) continue;
      const int position = ArgPosition(event_.kind, arg);
      if (!Once(position, name)) return false;
      const ValueNames names = ArgValueNames(arg);
      return names.empty() ? ParseInteger(name, event_.args[position])
                           : ParseValueName(name, names, event_.args[position]);
    }
    return Ignore(name);
  }

  // What a newer program may say besides: a number or a string.
  bool Ignore(std::string_view name) {
    if (ignored_ != nullptr && ignored_->size() < kIgnoredMost) {
      ignored_->insert(fmt::format("{}.{}", EventKindName(event_.kind), Quoted(name)));
    }
    return SkipValue(name);
  }

  bool SkipValue(std::string_view name) {
    SkipSpace();
    std::string_view text;
    int64_t value = 0;
    return !rest_.empty() && rest_.front() == '"' ? ParseString(text) : ParseInteger(name, value);
  }

  bool ParseValueName(std::string_view name, ValueNames names, int64_t& value) {
    std::string_view text;
    if (!ParseString(text)) return false;
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] != text) continue;
      value = static_cast<int64_t>(i);
      return true;
    }
    return Wrong(fmt::format("unknown '{}' for '{}'", Quoted(text), name));
  }

  std::optional<Event> Finish() {
    if (!Saw(kKindBit)) return Fail("an event lacks 'e'");
    if (!Saw(kTimeBit)) return Fail("an event lacks 't'");
    for (const Arg arg : ArgsOf(event_.kind)) {
      if (!Saw(ArgPosition(event_.kind, arg)) && !IsOptional(event_.kind, arg)) {
        return Fail(fmt::format("event '{}' lacks '{}'", EventKindName(event_.kind), ArgName(arg)));
      }
    }
    return event_;
  }

  std::string_view rest_;
  std::string& error_;
  std::set<std::string>* const ignored_;
  Event event_;
  bool knows_kind_ = false;
  unsigned seen_ = 0;  // a bit for each member: first the arguments by position
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
    if (value == 0 && IsOptional(event.kind, arg)) continue;
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

std::optional<Event> ParseEvent(std::string_view line, std::string& error,
                                std::set<std::string>* ignored) {
  return EventParser(line, error, ignored).Parse();
}

TraceReader::TraceReader(std::istream& stream, std::string name)
    : stream_(stream), name_(std::move(name)), buffer_(kLineBytesMost + 1, '\0') {}

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
    Fail(got + 1 >= buffer_.size() ? fmt::format("a line is longer than {} bytes", kLineBytesMost)
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
  std::string error;
  std::optional<Header> header =
      ReadJson<Header>(line_, {.what = "header", .unknown = UnknownMembers::kAreIgnored}, error,
                       ReadHeaderMembers, &ignored_);
  if (!header) Fail(error);
  return header;
}

std::optional<Event> TraceReader::Next() {
  if (!ReadLine()) return std::nullopt;
  std::string error;
  const std::optional<Event> event = ParseEvent(line_, error, &ignored_);
  if (!event) {
    Fail(error);
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
  Json json = {{"schema", kTraceSchema},
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
  if (header.promises != Promises()) json["promises"] = PromisesToJson(header.promises);
  stream_ << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void TraceWriter::Write(const Event& event) {
  line_.clear();
  FormatEvent(event, line_);
  line_ += '\n';
  stream_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
}

}  // namespace proctor
