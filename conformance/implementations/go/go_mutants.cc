#include "conformance/implementations/go/go_mutants.h"

#include "conformance/json/json.h"

namespace proctor {

extern const std::string_view kGoMutants;  // embedded

namespace {

constexpr std::string_view kReleases[] = {"go1.19", "go1.26"};

// What ci/go_mutants alone uses; here only its form is checked.
void CheckEdits(JsonObject& entry, std::string_view member) {
  if (!entry.Has(member)) return;
  entry.ForObjects(member, [](JsonObject& edit) {
    edit.Text("old");
    edit.Text("new");
    edit.Text("in", "");
    edit.Text("file", "");
    if (edit.Has("times")) edit.Integer("times", 1);
  });
}

std::vector<std::string> Tiers(const std::string& text) {
  std::vector<std::string> tiers(1);
  for (const char c : text) {
    if (c == ',') {
      tiers.emplace_back();
    } else {
      tiers.back() += c;
    }
  }
  return tiers;
}

GoMutant ReadEntry(JsonObject& entry, bool is_mutant) {
  GoMutant mutant{.name = entry.Text("name"), .about = entry.Text("about")};
  bool for_some = false;
  for (const std::string_view release : kReleases) for_some = for_some || entry.Has(release);
  for (const std::string_view release : kReleases) {
    if (!for_some || entry.Has(release)) mutant.releases.emplace_back(release);
    CheckEdits(entry, release);
  }
  CheckEdits(entry, "edits");
  if (entry.Has("fast")) entry.Texts("fast");
  if (!is_mutant) return mutant;
  mutant.clause = entry.Named("clause", FindClause);
  mutant.tiers = Tiers(entry.Text("tiers"));
  return mutant;
}

std::vector<GoMutant> ReadFile(JsonObject& file) {
  file.Schema("proctor-go-mutants/1");
  std::vector<GoMutant> mutants;
  file.ForObjects("mutants", [&](JsonObject& entry) { mutants.push_back(ReadEntry(entry, true)); });
  file.ForObjects("variants",
                  [&](JsonObject& entry) { mutants.push_back(ReadEntry(entry, false)); });
  return mutants;
}

}  // namespace

std::optional<std::vector<GoMutant>> ParseGoMutants(std::string_view json, std::string& error) {
  return ReadJson<std::vector<GoMutant>>(json, {.what = "mutants.json"}, error, ReadFile);
}

std::string_view GoMutantsFile() { return kGoMutants; }

}  // namespace proctor
