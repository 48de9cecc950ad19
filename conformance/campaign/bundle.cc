#include "conformance/campaign/bundle.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "conformance/json/json.h"

namespace proctor {
namespace {

using nlohmann::json;

// More choices than any path has.
constexpr size_t kChoicesMost = 1'000'000;

bool ReadChoices(const json& list, Bundle& bundle, std::string& why) {
  if (!list.is_array() || list.size() > kChoicesMost) {
    why = "choices: must be a list of numbers";
    return false;
  }
  std::vector<uint32_t> choices;
  for (const json& choice : list) {
    if (!choice.is_number_unsigned() || choice.get<uint64_t>() > 1'000'000) {
      why = fmt::format("choices[{}]: must be a small number", choices.size());
      return false;
    }
    choices.push_back(choice.get<uint32_t>());
  }
  bundle.choices = std::move(choices);
  return true;
}

// The member as a string; nullopt: `why`.
std::optional<std::string> ReadText(const json& object, const char* name, std::string& why) {
  const auto found = object.find(name);
  if (found != object.end() && found->is_string()) return found->get<std::string>();
  why = fmt::format("{}: must be a string", name);
  return std::nullopt;
}

}  // namespace

std::string FormatBundle(const Bundle& bundle) {
  json object = {{"schema", kBundleSchema},
                 {"implementation", bundle.implementation},
                 {"profile", ProfileName(bundle.profile)},
                 {"scenario", json::parse(FormatScenario(bundle.scenario))}};
  if (bundle.clause) object["clause"] = ClauseName(*bundle.clause);
  if (bundle.choices) object["choices"] = *bundle.choices;
  return object.dump();
}

std::optional<Bundle> ParseBundle(std::string_view text, std::string& why) {
  const std::optional<json> read = ParseJson<json>(text, "bundle", why);
  if (!read) return std::nullopt;
  const json& object = *read;
  if (!object.is_object()) {
    why = "bundle: must be an object";
    return std::nullopt;
  }
  const std::optional<std::string> schema = ReadText(object, "schema", why);
  if (!schema) return std::nullopt;
  if (*schema != kBundleSchema) {
    why = fmt::format("schema: '{}' is not {}", *schema, kBundleSchema);
    return std::nullopt;
  }
  Bundle bundle;
  const std::optional<std::string> implementation = ReadText(object, "implementation", why);
  const std::optional<std::string> profile = ReadText(object, "profile", why);
  if (!implementation || !profile) return std::nullopt;
  bundle.implementation = *implementation;
  const std::optional<Profile> known = FindProfile(*profile);
  if (!known) {
    why = fmt::format("profile: there is no '{}'", *profile);
    return std::nullopt;
  }
  bundle.profile = *known;
  if (object.contains("clause")) {
    const std::optional<std::string> clause = ReadText(object, "clause", why);
    if (!clause) return std::nullopt;
    bundle.clause = FindClause(*clause);
    if (!bundle.clause) {
      why = fmt::format("clause: there is no '{}'", *clause);
      return std::nullopt;
    }
  }
  if (!object.contains("scenario")) {
    why = "scenario: missing";
    return std::nullopt;
  }
  const std::optional<Scenario> scenario = ParseScenario(object["scenario"].dump(), why);
  if (!scenario) {
    why = "scenario: " + why;
    return std::nullopt;
  }
  bundle.scenario = *scenario;
  if (object.contains("choices") && !ReadChoices(object["choices"], bundle, why))
    return std::nullopt;
  return bundle;
}

}  // namespace proctor
