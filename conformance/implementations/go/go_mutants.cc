#include "conformance/implementations/go/go_mutants.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace proctor {

extern const std::string_view kGoMutants;  // embedded

namespace {

using Json = nlohmann::json;

constexpr const char* kReleases[] = {"go1.19", "go1.26"};

// False: `error`.
bool ReadEntry(const Json& entry, bool is_mutant, GoMutant& mutant, std::string& error) {
  mutant.name = entry.at("name").get<std::string>();
  mutant.about = entry.at("about").get<std::string>();
  bool for_some = false;
  for (const char* release : kReleases) for_some = for_some || entry.contains(release);
  for (const char* release : kReleases) {
    if (!for_some || entry.contains(release)) mutant.releases.emplace_back(release);
  }
  if (!is_mutant) return true;
  const std::string clause = entry.at("clause").get<std::string>();
  mutant.clause = FindClause(clause);
  if (!mutant.clause) {
    error = fmt::format("{}: there is no clause '{}'", mutant.name, clause);
    return false;
  }
  std::string tier;
  for (const char c : entry.at("tiers").get<std::string>() + ",") {
    if (c != ',') {
      tier += c;
    } else {
      mutant.tiers.push_back(std::move(tier));
      tier.clear();
    }
  }
  return true;
}

}  // namespace

std::optional<std::vector<GoMutant>> ParseGoMutants(std::string_view json, std::string& error) {
  std::vector<GoMutant> mutants;
  try {
    const Json file = Json::parse(json);
    for (const char* kind : {"mutants", "variants"}) {
      for (const Json& entry : file.at(kind)) {
        GoMutant mutant;
        if (!ReadEntry(entry, kind == std::string_view("mutants"), mutant, error))
          return std::nullopt;
        mutants.push_back(std::move(mutant));
      }
    }
  } catch (const Json::exception& wrong) {
    error = fmt::format("mutants.json: {}", wrong.what());
    return std::nullopt;
  }
  return mutants;
}

std::string_view GoMutantsFile() { return kGoMutants; }

}  // namespace proctor
