#include "conformance/campaign/bundle.h"

#include "conformance/json/json.h"
#include "conformance/scenario/scenario_json.h"

namespace proctor {
namespace {

// More choices than any path has, and more than any choice has ways.
constexpr size_t kChoicesMost = 1'000'000;
constexpr int64_t kChoiceMost = 1'000'000;

std::vector<uint32_t> ReadChoices(JsonObject& object) {
  const Json& list = object.Any("choices");
  if (!list.is_array() || list.size() > kChoicesMost) {
    object.Fail("choices", "must be a list of numbers");
  }
  std::vector<uint32_t> choices;
  for (const Json& choice : list) {
    const bool fits = choice.is_number_integer() && choice.get<int64_t>() >= 0 &&
                      choice.get<int64_t>() <= kChoiceMost;
    if (!fits) object.Fail("choices", "must hold small numbers");
    choices.push_back(choice.get<uint32_t>());
  }
  return choices;
}

Bundle ReadBundle(JsonObject& object) {
  object.Schema(kBundleSchema);
  Bundle bundle;
  bundle.implementation = object.Text("implementation");
  bundle.profile = object.Named("profile", FindProfile);
  if (object.Has("clause")) bundle.clause = object.Named("clause", FindClause);
  bundle.scenario = ScenarioMember(object);
  if (object.Has("choices")) bundle.choices = ReadChoices(object);
  return bundle;
}

}  // namespace

std::string FormatBundle(const Bundle& bundle) {
  Json json = {{"schema", kBundleSchema},
               {"implementation", bundle.implementation},
               {"profile", ProfileName(bundle.profile)}};
  if (bundle.clause) json["clause"] = ClauseName(*bundle.clause);
  json["scenario"] = ScenarioToJson(bundle.scenario);
  if (bundle.choices) json["choices"] = *bundle.choices;
  return json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

std::optional<Bundle> ParseBundle(std::string_view text, std::string& error,
                                  std::set<std::string>* ignored) {
  return ReadJson<Bundle>(text, {.what = "bundle", .unknown = UnknownMembers::kAreIgnored}, error,
                          ReadBundle, ignored);
}

}  // namespace proctor
