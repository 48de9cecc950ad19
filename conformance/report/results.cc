#include "conformance/report/results.h"

#include <algorithm>
#include <utility>

#include "conformance/evidence/event_json.h"
#include "conformance/json/json.h"
#include "conformance/report/exit_status.h"
#include "conformance/scenario/scenario_json.h"

namespace proctor {
namespace {

constexpr std::string_view kSchemas[] = {kResultsSchema, kOldResultsSchema};

Json EventsToJson(const std::vector<Event>& events) {
  Json json = Json::array();
  for (const Event& event : events) json.push_back(EventToJson(event));
  return json;
}

Json BucketsToJson(const Histogram& histogram) {
  Json buckets = Json::array();
  for (const auto& [bucket, times] : histogram.buckets()) buckets.push_back({bucket, times});
  return buckets;
}

Json MeasuredToJson(const Measured& measured) {
  return {{"bound_ns", measured.bound_ns},
          {"max_ns", measured.durations_ns.max()},
          {"buckets", BucketsToJson(measured.durations_ns)}};
}

Json LatenciesToJson(const std::vector<Latency>& latencies) {
  Json json = Json::array();
  for (const Latency& latency : latencies) {
    json.push_back({{"name", latency.name},
                    {"about", latency.about},
                    {"max_ns", latency.durations_ns.max()},
                    {"buckets", BucketsToJson(latency.durations_ns)},
                    {"medians_ns", latency.medians_ns}});
    if (!latency.floor.empty()) json.back()["floor"] = latency.floor;
    if (latency.unit != kUnits[0]) json.back()["unit"] = latency.unit;
    if (latency.stamped) json.back()["stamped"] = true;
    if (latency.grows_with.empty()) continue;
    json.back()["grows_with"] = latency.grows_with;
    json.back()["at"] = latency.at;
  }
  return json;
}

Json NoiseToJson(const Noise& noise) {
  return {{"stalls", noise.stalls},
          {"longest_ns", noise.longest_ns},
          {"total_ns", noise.total_ns},
          {"watched_ns", noise.watched_ns}};
}

Json CadencesToJson(const std::vector<Cadence>& cadences) {
  Json json = Json::array();
  for (const Cadence& cadence : cadences) {
    json.push_back({{"name", cadence.name},
                    {"sleeps", cadence.sleeps},
                    {"is_cut", cadence.is_cut},
                    {"events", EventsToJson(cadence.events)}});
  }
  return json;
}

Json ResultToJson(const Result& result) {
  Json json = {{"clause", ClauseName(result.ruling.clause)},
               {"tier", TierName(result.ruling.tier)},
               {"verdict", VerdictName(result.ruling.verdict)},
               {"expected", result.expected},
               {"triggers", result.ruling.triggers},
               {"message", result.ruling.message},
               {"evidence", EventsToJson(result.ruling.evidence)},
               {"replay", result.replay}};
  if (result.ruling.measured) json["measured"] = MeasuredToJson(*result.ruling.measured);
  if (result.scenario) json["scenario"] = ScenarioToJson(*result.scenario);
  return json;
}

// In the old schema a scenario was a string of JSON.
Scenario ReadScenarioMember(JsonObject& object, bool is_old) {
  if (!is_old) return ScenarioMember(object);
  std::string error;
  const std::optional<Scenario> scenario = ParseScenario(object.Text("scenario"), error);
  if (!scenario) object.Fail("scenario", error);
  return *scenario;
}

// A bucket and a count.
std::optional<std::pair<int32_t, int64_t>> ReadBucket(const Json& json) {
  constexpr int64_t kTimesMost = int64_t{1} << 40;
  if (!json.is_array() || json.size() != 2) return std::nullopt;
  if (!json[0].is_number_integer() || !json[1].is_number_integer()) return std::nullopt;
  const auto bucket = json[0].get<int64_t>();
  const auto times = json[1].get<int64_t>();
  if (bucket < 0 || bucket >= Histogram::kBucketsMost) return std::nullopt;
  if (times < 1 || times > kTimesMost) return std::nullopt;
  return std::pair(static_cast<int32_t>(bucket), times);
}

// The members "max_ns" and "buckets".
Histogram ReadHistogram(JsonObject& object) {
  Histogram histogram;
  const int64_t max_ns = object.Integer("max_ns", 0);
  const Json& buckets = object.Any("buckets");
  if (!buckets.is_array() || buckets.size() > Histogram::kBucketsMost) {
    object.Fail("buckets", "must be an array of pairs");
  }
  for (const Json& pair : buckets) {
    const auto read = ReadBucket(pair);
    if (!read) object.Fail("buckets", "holds what is no pair of a bucket and a count");
    histogram.AddBucket(read->first, read->second, max_ns);
  }
  return histogram;
}

Measured ReadMeasured(JsonObject& object) {
  Measured measured;
  measured.bound_ns = object.Integer("bound_ns", 0);
  measured.durations_ns = ReadHistogram(object);
  return measured;
}

Latency ReadLatency(JsonObject& object) {
  constexpr size_t kRunsMost = 100'000;
  Latency latency;
  latency.name = object.Text("name");
  latency.about = object.Text("about");
  latency.durations_ns = ReadHistogram(object);
  const Json& medians = object.Any("medians_ns");
  if (!medians.is_array() || medians.size() > kRunsMost) {
    object.Fail("medians_ns", "must be an array of integers");
  }
  for (const Json& median : medians) {
    if (!median.is_number_integer()) object.Fail("medians_ns", "must be an array of integers");
    latency.medians_ns.push_back(median.get<int64_t>());
  }
  object.Update("floor", latency.floor);
  object.Update("grows_with", latency.grows_with);
  object.Update("at", latency.at);
  object.Update("unit", latency.unit);
  if (std::ranges::find(kUnits, latency.unit) == std::end(kUnits)) {
    object.Fail("unit", "is unknown");
  }
  object.Update("stamped", latency.stamped);
  return latency;
}

Noise ReadNoise(JsonObject& object) {
  Noise noise;
  noise.stalls = object.Integer("stalls", 0);
  noise.longest_ns = object.Integer("longest_ns", 0);
  noise.total_ns = object.Integer("total_ns", 0);
  noise.watched_ns = object.Integer("watched_ns", 0);
  return noise;
}

Cadence ReadCadence(JsonObject& object) {
  Cadence cadence;
  cadence.name = object.Text("name");
  cadence.sleeps = object.Integer("sleeps", 0);
  cadence.is_cut = object.Boolean("is_cut");
  object.ForObjects("events",
                    [&](JsonObject& event) { cadence.events.push_back(ReadEvent(event)); });
  return cadence;
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
  if (object.Has("measured")) {
    object.Object("measured",
                  [&](JsonObject& measured) { result.ruling.measured = ReadMeasured(measured); });
  }
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
    implementation.Update("asked_as", results.asked_as);
  });
  object.ForObjects("verdicts", [&](JsonObject& verdict) {
    Result read = ReadResult(verdict, is_old);
    const auto is_same = [&](const Result& other) {
      return other.ruling.clause == read.ruling.clause && other.ruling.tier == read.ruling.tier;
    };
    if (std::ranges::any_of(results.verdicts, is_same))
      verdict.Fail("clause", "stands twice with this tier");
    results.verdicts.push_back(std::move(read));
  });
  if (object.Has("unjudged")) {
    object.ForTexts("unjudged", [&](const std::string& line) { results.unjudged.push_back(line); });
  }
  object.Update("machine", results.machine);
  if (object.Has("noise")) {
    object.Object("noise", [&](JsonObject& noise) { results.noise = ReadNoise(noise); });
  }
  if (object.Has("cadences")) {
    object.ForObjects(
        "cadences", [&](JsonObject& cadence) { results.cadences.push_back(ReadCadence(cadence)); });
  }
  const auto read_latencies = [&](const char* member, std::vector<Latency>& latencies) {
    if (!object.Has(member)) return;
    object.ForObjects(member,
                      [&](JsonObject& latency) { latencies.push_back(ReadLatency(latency)); });
  };
  read_latencies("latencies", results.latencies);
  read_latencies("floors", results.floors);
  constexpr int64_t kStatusMost = 255;
  results.exit_status = static_cast<int>(object.Integer("exit_status", 0, kStatusMost));
  return results;
}

// A text may hold a NUL, which no reader of JSON here takes.
void ReplaceNul(Json& json) {
  if (json.is_string()) {
    std::ranges::replace(json.get_ref<std::string&>(), '\0', '?');
  } else if (json.is_structured()) {
    for (Json& element : json) ReplaceNul(element);
  }
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
  Json json = {{"schema", kResultsSchema},
               {"implementation",
                {{"name", results.implementation},
                 {"version", results.version},
                 {"profile", ProfileName(results.profile)}}},
               {"verdicts", std::move(verdicts)},
               {"unjudged", results.unjudged}};
  if (!results.machine.empty()) json["machine"] = results.machine;
  if (results.noise) json["noise"] = NoiseToJson(*results.noise);
  if (!results.cadences.empty()) json["cadences"] = CadencesToJson(results.cadences);
  if (!results.latencies.empty()) json["latencies"] = LatenciesToJson(results.latencies);
  if (!results.floors.empty()) json["floors"] = LatenciesToJson(results.floors);
  json["exit_status"] = results.exit_status;
  if (!results.asked_as.empty()) json["implementation"]["asked_as"] = results.asked_as;
  ReplaceNul(json);
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
