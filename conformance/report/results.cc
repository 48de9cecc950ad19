#include "conformance/report/results.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "conformance/evidence/trace.h"
#include "conformance/json/json.h"

namespace proctor {
namespace {

using Json = nlohmann::ordered_json;

Json EventToJson(const Event& event) {
  std::string line;
  FormatEvent(event, line);
  return Json::parse(line);
}

Json ResultToJson(const Result& result) {
  Json evidence = Json::array();
  for (const Event& event : result.ruling.evidence) evidence.push_back(EventToJson(event));
  Json json = {{"clause", ClauseName(result.ruling.clause)},
               {"tier", TierName(result.ruling.tier)},
               {"verdict", VerdictName(result.ruling.verdict)},
               {"expected", result.expected},
               {"triggers", result.ruling.triggers},
               {"message", result.ruling.message},
               {"evidence", std::move(evidence)},
               {"replay", result.replay}};
  if (!result.scenario.empty()) json["scenario"] = result.scenario;
  return json;
}

// Thrown inside ParseResults only: what is wrong, and where.
struct Wrong {
  std::string what;
};

const Json& Member(const Json& object, const char* name, const std::string& place) {
  if (!object.is_object() || !object.contains(name)) {
    throw Wrong{fmt::format("{}: missing member '{}'", place, name)};
  }
  return object[name];
}

std::string Text(const Json& object, const char* name, const std::string& place) {
  const Json& member = Member(object, name, place);
  if (!member.is_string()) throw Wrong{fmt::format("{}.{}: must be a string", place, name)};
  return member.get<std::string>();
}

int64_t Number(const Json& object, const char* name, const std::string& place) {
  const Json& member = Member(object, name, place);
  if (!member.is_number_integer())
    throw Wrong{fmt::format("{}.{}: must be an integer", place, name)};
  return member.get<int64_t>();
}

// The enumerated value that a member spells.
template <typename Find>
auto Enumerated(const Json& object, const char* name, const std::string& place, Find find) {
  const std::string text = Text(object, name, place);
  const auto found = find(text);
  if (!found) throw Wrong{fmt::format("{}.{}: unknown value '{}'", place, name, text)};
  return *found;
}

Result ResultFromJson(const Json& json, const std::string& place) {
  Result result;
  result.ruling.clause = Enumerated(json, "clause", place, FindClause);
  result.ruling.tier = static_cast<Tier>(Enumerated(json, "tier", place, ParseTiers));
  result.ruling.verdict = Enumerated(json, "verdict", place, FindVerdict);
  const Json& expected = Member(json, "expected", place);
  if (!expected.is_boolean()) throw Wrong{place + ".expected: must be true or false"};
  result.expected = expected.get<bool>();
  result.ruling.triggers = Number(json, "triggers", place);
  result.ruling.message = Text(json, "message", place);
  result.replay = Text(json, "replay", place);
  if (json.contains("scenario")) result.scenario = Text(json, "scenario", place);
  const Json& evidence = Member(json, "evidence", place);
  if (!evidence.is_array()) throw Wrong{place + ".evidence: must be an array"};
  for (const Json& event : evidence) {
    std::string why;
    const std::optional<Event> parsed = ParseEvent(event.dump(), why);
    if (!parsed) throw Wrong{fmt::format("{}.evidence: {}", place, why)};
    result.ruling.evidence.push_back(*parsed);
  }
  return result;
}

Results ResultsFromJson(const Json& json) {
  const std::string top = "results";
  const std::string schema = Text(json, "schema", top);
  if (schema != kResultsSchema) {
    throw Wrong{fmt::format("results.schema: '{}' is not '{}'", schema, kResultsSchema)};
  }
  const Json& implementation = Member(json, "implementation", top);
  const std::string place = top + ".implementation";
  Results results{.implementation = Text(implementation, "name", place),
                  .version = Text(implementation, "version", place),
                  .profile = Enumerated(implementation, "profile", place, FindProfile)};
  const Json& verdicts = Member(json, "verdicts", top);
  if (!verdicts.is_array()) throw Wrong{"results.verdicts: must be an array"};
  for (size_t i = 0; i < verdicts.size(); ++i) {
    results.verdicts.push_back(ResultFromJson(verdicts[i], fmt::format("verdicts[{}]", i)));
  }
  results.exit_status = static_cast<int>(Number(json, "exit_status", top));
  return results;
}

}  // namespace

int ExitStatusOf(const std::vector<Result>& verdicts) {
  constexpr int kAsExpected = 0;
  constexpr int kViolation = 1;
  constexpr int kInconclusive = 2;
  constexpr int kFailed = 3;
  int status = kAsExpected;
  for (const Result& result : verdicts) {
    const Verdict verdict = result.ruling.verdict;
    const bool failed =
        verdict == Verdict::kError || verdict == Verdict::kCrash || verdict == Verdict::kTimeout;
    if (!result.expected && !failed) return kViolation;
    if (!result.expected) status = kFailed;
    if (verdict == Verdict::kInconclusive && status == kAsExpected) status = kInconclusive;
  }
  return status;
}

std::string FormatResults(const Results& results) {
  Json verdicts = Json::array();
  for (const Result& result : results.verdicts) verdicts.push_back(ResultToJson(result));
  const Json json = {{"schema", kResultsSchema},
                     {"implementation",
                      {{"name", results.implementation},
                       {"version", results.version},
                       {"profile", ProfileName(results.profile)}}},
                     {"verdicts", std::move(verdicts)},
                     {"exit_status", results.exit_status}};
  // What a runtime printed may stand in a message; bytes that are no UTF-8 must not end the report.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Results> ParseResults(std::string_view text, std::string& why) {
  const std::optional<Json> json = ParseJson<Json>(text, "results", why);
  if (!json) return std::nullopt;
  try {
    return ResultsFromJson(*json);
  } catch (const Wrong& wrong) {
    why = wrong.what;
    return std::nullopt;
  }
}

}  // namespace proctor
