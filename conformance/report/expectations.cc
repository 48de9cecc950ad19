#include "conformance/report/expectations.h"

#include <fmt/format.h>

#include <initializer_list>
#include <nlohmann/json.hpp>

#include "conformance/json/json.h"

namespace proctor {
namespace {

using Json = nlohmann::json;

// Thrown inside ParseExpectations only: what is wrong, and where.
struct Wrong {
  std::string what;
};

void OnlyMembers(const Json& json, const std::string& place,
                 std::initializer_list<std::string_view> known) {
  if (!json.is_object()) throw Wrong{place + ": must be an object"};
  for (const auto& [name, value] : json.items()) {
    bool found = false;
    for (std::string_view candidate : known) found = found || name == candidate;
    if (!found) throw Wrong{fmt::format("{}: unknown member '{}'", place, name)};
  }
}

std::string Text(const Json& json, const char* name, const std::string& place) {
  if (!json.contains(name) || !json[name].is_string()) {
    throw Wrong{fmt::format("{}.{}: must be a string", place, name)};
  }
  return json[name].get<std::string>();
}

Expectation ParseEntry(const Json& json, const std::string& place) {
  OnlyMembers(json, place, {"clause", "tier", "profiles", "verdict", "reason"});
  Expectation entry{};
  const std::string clause = Text(json, "clause", place);
  const std::optional<ClauseId> id = FindClause(clause);
  if (!id) throw Wrong{fmt::format("{}.clause: unknown clause '{}'", place, clause)};
  entry.clause = *id;
  const std::string verdict = Text(json, "verdict", place);
  const std::optional<Verdict> found = FindVerdict(verdict);
  if (!found) throw Wrong{fmt::format("{}.verdict: unknown verdict '{}'", place, verdict)};
  entry.verdict = *found;
  entry.reason = Text(json, "reason", place);
  if (entry.reason.empty()) throw Wrong{place + ".reason: must not be empty"};
  if (json.contains("tier")) {
    const std::string tier = Text(json, "tier", place);
    for (Tier candidate : kTiers) {
      if (TierName(candidate) == tier) entry.tier = candidate;
    }
    if (!entry.tier) throw Wrong{fmt::format("{}.tier: unknown tier '{}'", place, tier)};
  }
  if (json.contains("profiles")) {
    if (!json["profiles"].is_array()) throw Wrong{place + ".profiles: must be an array"};
    entry.profiles = 0;
    for (const Json& name : json["profiles"]) {
      const std::optional<Profile> profile =
          name.is_string() ? FindProfile(name.get<std::string>()) : std::nullopt;
      if (!profile) throw Wrong{fmt::format("{}.profiles: unknown profile {}", place, name.dump())};
      entry.profiles |= *profile;
    }
  }
  return entry;
}

Expectations ParseFile(const Json& json) {
  OnlyMembers(json, "expectations", {"schema", "implementation", "entries"});
  constexpr std::string_view kSchema = "proctor-expectations/1";
  const std::string schema = Text(json, "schema", "expectations");
  if (schema != kSchema) throw Wrong{fmt::format("schema: '{}' is not '{}'", schema, kSchema)};
  Expectations expectations{.implementation = Text(json, "implementation", "expectations")};
  if (!json.contains("entries") || !json["entries"].is_array()) {
    throw Wrong{"entries: must be an array"};
  }
  for (size_t i = 0; i < json["entries"].size(); ++i) {
    expectations.entries.push_back(ParseEntry(json["entries"][i], fmt::format("entries[{}]", i)));
  }
  return expectations;
}

bool IsDecided(Verdict verdict) {
  return verdict != Verdict::kNotExercised && verdict != Verdict::kNotObservable &&
         verdict != Verdict::kUnsupported && verdict != Verdict::kInconclusive;
}

const Expectation* FindEntry(const Expectations& expectations, Profile profile,
                             const Ruling& ruling) {
  for (const Expectation& entry : expectations.entries) {
    if (entry.clause == ruling.clause && (entry.profiles & profile) != 0 &&
        entry.tier.value_or(ruling.tier) == ruling.tier) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace

std::optional<Expectations> ParseExpectations(std::string_view text, std::string& why) {
  const std::optional<Json> json = ParseJson<Json>(text, "expectations", why);
  if (!json) return std::nullopt;
  try {
    return ParseFile(*json);
  } catch (const Wrong& wrong) {
    why = wrong.what;
    return std::nullopt;
  }
}

std::vector<Result> Apply(const Expectations& expectations, Profile profile,
                          const std::vector<Ruling>& rulings) {
  std::vector<Result> results;
  for (const Ruling& ruling : rulings) {
    Result result{.ruling = ruling};
    const Verdict verdict = ruling.verdict;
    const Expectation* entry = FindEntry(expectations, profile, ruling);
    if (entry == nullptr) {
      result.expected = verdict == Verdict::kConforms || !IsDecided(verdict);
    } else if (verdict == entry->verdict) {
      result.ruling.message += fmt::format(" (expected: {})", entry->reason);
    } else if (IsDecided(verdict)) {
      result.expected = false;
      result.ruling.message +=
          fmt::format(" (stale expectation: {} was expected, {}; remove the entry if this holds)",
                      VerdictName(entry->verdict), entry->reason);
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace proctor
