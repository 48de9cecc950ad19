#include "conformance/report/expectations.h"

#include <fmt/core.h>

#include "conformance/json/json.h"

namespace proctor {
namespace {

constexpr std::string_view kSchema = "proctor-expectations/1";

Expectation ReadEntry(JsonObject& object) {
  Expectation entry{};
  entry.clause = object.Named("clause", FindClause);
  entry.verdict = object.Named("verdict", FindVerdict);
  entry.reason = object.TextNotEmpty("reason");
  if (object.Has("tier")) entry.tier = object.Named("tier", FindTier);
  if (object.Has("profiles")) {
    entry.profiles = 0;
    object.ForTexts("profiles", [&](const std::string& name) {
      const std::optional<Profile> profile = FindProfile(name);
      if (!profile) object.Fail("profiles", "unknown value '" + Quoted(name) + "'");
      entry.profiles |= *profile;
    });
  }
  return entry;
}

Expectations ReadExpectations(JsonObject& object) {
  object.Schema(kSchema);
  Expectations expectations;
  expectations.implementation = object.Text("implementation");
  object.ForObjects("entries",
                    [&](JsonObject& entry) { expectations.entries.push_back(ReadEntry(entry)); });
  return expectations;
}

}  // namespace

std::optional<Expectations> ParseExpectations(std::string_view text, std::string& error) {
  return ReadJson<Expectations>(text, {.what = "expectations"}, error, ReadExpectations);
}

const Expectation* FindExpectation(const Expectations& expectations, Profile profile,
                                   ClauseId clause, Tier tier) {
  for (const Expectation& entry : expectations.entries) {
    if (entry.clause == clause && (entry.profiles & profile) != 0 &&
        entry.tier.value_or(tier) == tier) {
      return &entry;
    }
  }
  return nullptr;
}

std::vector<Result> Apply(const Expectations& expectations, Profile profile,
                          const std::vector<Ruling>& rulings, bool whole) {
  std::vector<Result> results;
  for (const Ruling& ruling : rulings) {
    Result result{.ruling = ruling};
    const Verdict verdict = ruling.verdict;
    const Expectation* entry = FindExpectation(expectations, profile, ruling.clause, ruling.tier);
    if (entry == nullptr) {
      result.expected = verdict == Verdict::kConforms || !IsDecided(verdict);
    } else if (verdict == entry->verdict) {
      result.ruling.message += fmt::format(" (expected: {})", entry->reason);
    } else if (verdict == Verdict::kConforms && !whole) {
      result.ruling.message += fmt::format(" ({} was expected, {}; not seen in what ran)",
                                           VerdictName(entry->verdict), entry->reason);
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
