#include "conformance/report/results.h"

#include "conformance/evidence/event_json.h"
#include "conformance/json/json.h"
#include "conformance/report/exit_status.h"
#include "conformance/scenario/scenario_json.h"

namespace proctor {
namespace {

constexpr std::string_view kSchemas[] = {kResultsSchema, kOldResultsSchema};

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
  if (result.scenario) json["scenario"] = ScenarioToJson(*result.scenario);
  return json;
}

// In the old schema a scenario was a string of JSON.
Scenario ReadScenarioMember(JsonObject& object, bool is_old) {
  std::string error;
  const std::optional<Scenario> scenario = is_old ? ParseScenario(object.Text("scenario"), error)
                                                  : ScenarioFromJson(object.Any("scenario"), error);
  if (!scenario) object.Fail("scenario", error);
  return *scenario;
}

// Member by member: g++ 12 destroys a half-made aggregate twice where an initialiser throws.
Result ReadResult(JsonObject& object, bool is_old) {
  Result result{};
  result.ruling.clause = object.Named("clause", FindClause);
  result.ruling.tier = object.Named("tier", FindTier);
  result.ruling.verdict = object.Named("verdict", FindVerdict);
  result.ruling.triggers = object.Integer("triggers", 0);
  result.ruling.message = object.Text("message");
  result.expected = object.Boolean("expected");
  result.replay = object.Text("replay");
  if (object.Has("scenario")) result.scenario = ReadScenarioMember(object, is_old);
  object.ForObjects("evidence",
                    [&](JsonObject& event) { result.ruling.evidence.push_back(ReadEvent(event)); });
  return result;
}

Results ReadResults(JsonObject& object) {
  const bool is_old = kSchemas[object.Schema(kSchemas)] == kOldResultsSchema;
  Results results;
  object.Object("implementation", [&](JsonObject& implementation) {
    results.implementation = implementation.Text("name");
    results.version = implementation.Text("version");
    results.profile = implementation.Named("profile", FindProfile);
  });
  object.ForObjects("verdicts", [&](JsonObject& verdict) {
    results.verdicts.push_back(ReadResult(verdict, is_old));
  });
  if (object.Has("unjudged")) {
    object.ForTexts("unjudged", [&](const std::string& line) { results.unjudged.push_back(line); });
  }
  constexpr int64_t kStatusMost = 255;
  results.exit_status = static_cast<int>(object.Integer("exit_status", 0, kStatusMost));
  return results;
}

}  // namespace

std::optional<Tier> FindTier(std::string_view name) {
  for (const Tier tier : kTiers) {
    if (TierName(tier) == name) return tier;
  }
  return std::nullopt;
}

bool IsDecided(Verdict verdict) {
  return verdict != Verdict::kNotExercised && verdict != Verdict::kNotObservable &&
         verdict != Verdict::kUnsupported && verdict != Verdict::kInconclusive;
}

int ExitStatusOf(const Results& results) {
  int status = results.unjudged.empty() ? kExitAsExpected : kExitInconclusive;
  for (const Result& result : results.verdicts) {
    const Verdict verdict = result.ruling.verdict;
    const bool failed =
        verdict == Verdict::kError || verdict == Verdict::kCrash || verdict == Verdict::kTimeout;
    if (!result.expected && !failed) return kExitViolation;
    if (!result.expected) status = kExitFailed;
    if (verdict == Verdict::kInconclusive && status == kExitAsExpected) status = kExitInconclusive;
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
                     {"unjudged", results.unjudged},
                     {"exit_status", results.exit_status}};
  // What a runtime printed may stand in a message: bytes that are no UTF-8 must not end the report,
  // and a terminal that shows the file must not obey it.
  return json.dump(1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

std::optional<Results> ParseResults(std::string_view text, std::string& error,
                                    std::set<std::string>* ignored) {
  return ReadJson<Results>(text, {.what = "results", .unknown = UnknownMembers::kAreIgnored}, error,
                           ReadResults, ignored);
}

}  // namespace proctor
