#include "conformance/contract/contract.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <fstream>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace proctor {
namespace {

std::string Contents(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Profiles stand in the order of releases; those that are no release come last.
Profile NewestProfile() {
  Profile newest = kGo1_20;
  for (Profile profile : kProfiles) {
    if ((Since(kGo1_20) & profile) != 0) newest = profile;
  }
  return newest;
}

TEST(Contract, EveryNameIsFoundAndUnique) {
  std::set<std::string_view> names;
  for (const Clause& clause : Clauses()) {
    EXPECT_TRUE(names.insert(clause.name).second) << clause.name;
    EXPECT_EQ(FindClause(clause.name), clause.id);
    EXPECT_EQ(&GetClause(clause.id), &clause);
    EXPECT_NE(clause.tiers, 0) << clause.name;
    EXPECT_NE(clause.profiles, 0) << clause.name;
    EXPECT_FALSE(clause.section_title.empty()) << clause.name;
    EXPECT_FALSE(clause.text.empty()) << clause.name;
  }
}

TEST(Contract, UnknownNamesAreNotFound) {
  EXPECT_EQ(FindClause("DEEP-99"), std::nullopt);
  EXPECT_EQ(FindClause("deep-9"), std::nullopt);
  EXPECT_EQ(FindClause(""), std::nullopt);
}

TEST(Contract, GlobsMatchInTheOrderOfTheDocument) {
  EXPECT_EQ(MatchClauses("GC-1,CAD-1"), (std::vector{ClauseId::kCAD_1, ClauseId::kGC_1}));
  EXPECT_EQ(MatchClauses("CAD-*").size(), 9u);
  EXPECT_EQ(MatchClauses("*").size(), Clauses().size());
  EXPECT_TRUE(MatchClauses("FOO-*").empty());
}

TEST(Contract, TiersAreParsedAndPrinted) {
  EXPECT_EQ(ParseTiers("O,X"), kO | kX);
  EXPECT_EQ(TierNames(kV | kX), "V,X");
  EXPECT_EQ(ParseTiers("Q"), std::nullopt);
  EXPECT_EQ(ParseTiers(""), std::nullopt);
}

TEST(Contract, ProfilesFollowVersions) {
  EXPECT_EQ(ProfileOfVersion("go1.19.8"), kGo1_20);
  EXPECT_EQ(ProfileOfVersion("go1.20"), kGo1_20);
  EXPECT_EQ(ProfileOfVersion("go1.22.12"), kGo1_22);
  EXPECT_EQ(ProfileOfVersion("go1.24"), kGo1_22);
  EXPECT_EQ(ProfileOfVersion("go1.25rc1"), kGo1_25);
  EXPECT_EQ(ProfileOfVersion("go1.27.1"), kGo1_26);
  EXPECT_EQ(ProfileOfVersion("gccgo 12.2.0"), kDefaultProfile);
  EXPECT_EQ(ProfileOfVersion("go1."), kDefaultProfile);
  EXPECT_EQ(ProfileOfVersion("go1.99"), NewestProfile());
  EXPECT_EQ(ProfileOfVersion("go1.3"), kGo1_20);
  for (Profile profile : kProfiles) EXPECT_EQ(FindProfile(ProfileName(profile)), profile);
  EXPECT_EQ(FindProfile("go1.27"), std::nullopt) << "its monitor is that of go1.26";
  EXPECT_TRUE(ProfileNames().starts_with("go1.20, go1.22, ")) << ProfileNames();
  EXPECT_TRUE(ProfileNames().ends_with(" or netbsd")) << ProfileNames();
  EXPECT_EQ(Since(kGo1_22), kAllProfiles & ~kGo1_20 & ~kNetbsd);
  EXPECT_EQ(Since(NewestProfile()), NewestProfile());
}

TEST(Contract, AReleaseThatIsNotKnownIsNamed) {
  EXPECT_EQ(UnknownReleaseNote("go1.27.4"), "");
  EXPECT_EQ(UnknownReleaseNote("gccgo 14"), "");
  EXPECT_EQ(UnknownReleaseNote("go1.28rc1"),
            "go1.28 is newer than go1.27, the newest release that is known here: graded as go1.26");
}

// A .bzl file cannot read profiles.def.
TEST(Contract, TheSuitesAreThoseOfTheProfiles) {
  const std::string text = Contents("conformance/defs.bzl");
  std::string list = "PROFILES = [\n";
  for (Profile profile : kProfiles) {
    list += "    \"" + std::string(ProfileName(profile)) + "\",\n";
  }
  EXPECT_NE(text.find(list + "]"), std::string::npos) << list;
  const std::string by_default = fmt::format("profile = \"{}\",", ProfileName(kDefaultProfile));
  EXPECT_NE(text.find(by_default), std::string::npos) << by_default;
}

TEST(Contract, DocumentIsPrintedFromTheTable) {
  EXPECT_EQ(Contents("CONTRACT.md"), ContractDocument())
      << "CONTRACT.md differs from clauses.def: bazel build //conformance/contract:document and "
         "copy "
         "bazel-bin/conformance/contract/CONTRACT.md to the top of the tree";
}

// How many clauses of these profiles can be decided by one of these tiers.
int64_t Count(TierSet tiers, ProfileSet profiles) {
  return std::ranges::count_if(Clauses(), [&](const Clause& clause) {
    return (clause.tiers & tiers) != 0 && (clause.profiles & profiles) != 0;
  });
}

constexpr TierSet kAllTiers = kV | kT | kO | kX | kD;
constexpr TierSet kFromOutside = kO | kX;

std::string ReadmeInOneLine() {
  std::string readme = Contents("README.md");
  std::ranges::replace(readme, '\n', ' ');
  return readme;
}

TEST(Contract, TheReadmeStatesItsFigures) {
  int64_t verdicts = 0;
  for (const Clause& clause : Clauses()) {
    if ((clause.profiles & kGo1_20) == 0) continue;
    verdicts += std::popcount(static_cast<unsigned>(clause.tiers & (kV | kT | kO | kX)));
  }
  const int64_t in_profile = Count(kAllTiers, kGo1_20);
  const std::string readme = ReadmeInOneLine();
  const size_t all = Clauses().size();
  for (const std::string& figures :
       {fmt::format("in [{} clauses]", all),
        fmt::format("of the {} clauses, {} hold in the profile go1.20", all, in_profile),
        fmt::format("give {} verdicts on the {}", verdicts, in_profile),
        fmt::format("{} of the {} can be decided, and {} of the {}",
                    Count(kFromOutside, kAllProfiles), all, Count(kFromOutside, kGo1_20),
                    in_profile),
        fmt::format("all {} of its profile, by all tiers", Count(kAllTiers, kDefaultProfile))}) {
    EXPECT_NE(readme.find(figures), std::string::npos) << "README.md is to say: " << figures;
  }
}

// A row of README.md's table of runtimes.
struct RuntimeRow {
  std::string runtime;                // "Go 1.19.8, ..."
  bool all = false;                   // it keeps all clauses that can be decided
  int64_t kept = 0;                   // clauses
  std::vector<std::string> violated;  // the names of clauses
};

// Of the runtimes that are graded from outside; the reference's row has another form.
std::vector<RuntimeRow> RuntimeRows(const std::string& readme) {
  static const std::regex form(R"(\| ([^|]+) \| (all )?(\d+) \|([^|]*)\|[^|]*\|)");
  static const std::regex clause_name(R"([A-Z]+-\d+)");
  std::vector<RuntimeRow> rows;
  std::istringstream table(readme.substr(readme.find("\n| runtime | clauses kept |") + 1));
  for (std::string line; std::getline(table, line) && !line.empty();) {
    if (line.starts_with("| runtime |") || line.starts_with("|---")) continue;
    if (line.starts_with("| the reference runtime")) continue;
    std::smatch cells;
    EXPECT_TRUE(std::regex_match(line, cells, form)) << line;
    if (cells.empty()) continue;
    RuntimeRow& row = rows.emplace_back(
        RuntimeRow{.runtime = cells[1], .all = cells[2].matched, .kept = std::stoll(cells[3])});
    const std::string violated = cells[4];
    for (std::sregex_iterator name(violated.begin(), violated.end(), clause_name), end; name != end;
         ++name) {
      row.violated.push_back(name->str());
    }
  }
  return rows;
}

Profile ProfileOfRow(const std::string& runtime) {
  return runtime.starts_with("Go ") ? ProfileOfVersion("go" + runtime.substr(3)) : kDefaultProfile;
}

// What a runtime keeps is measured. How much there is to keep is not.
TEST(Contract, TheReadmesTableOfRuntimesFitsTheContract) {
  const std::vector<RuntimeRow> rows = RuntimeRows(Contents("README.md"));
  EXPECT_GE(rows.size(), 3u);
  EXPECT_GE(std::ranges::count_if(rows, &RuntimeRow::all), 1);
  for (const RuntimeRow& row : rows) {
    const Profile profile = ProfileOfRow(row.runtime);
    const int64_t most = Count(kFromOutside, profile);
    const int64_t decided = row.kept + static_cast<int64_t>(row.violated.size());
    EXPECT_LE(decided, most) << row.runtime;
    EXPECT_TRUE(!row.all || row.kept == most) << row.runtime << ": there are " << most;
    for (const std::string& name : row.violated) {
      const std::optional<ClauseId> id = FindClause(name);
      EXPECT_TRUE(id) << row.runtime << ": " << name;
      if (!id) continue;
      EXPECT_NE(GetClause(*id).tiers & kFromOutside, 0) << row.runtime << ": " << name;
      EXPECT_NE(GetClause(*id).profiles & profile, 0) << row.runtime << ": " << name;
    }
  }
}

// "With tier D beside them Go 1.19.8 keeps N clauses and Go 1.26.8 keeps M."
TEST(Contract, TheReadmesFiguresWithTierDFitTheContract) {
  const std::string readme = ReadmeInOneLine();
  const std::string sentence = readme.substr(readme.find("With tier D beside them Go"), 100);
  static const std::regex form(R"((Go \d[\d.]*) keeps (\d+))");
  int64_t found = 0;
  for (std::sregex_iterator figure(sentence.begin(), sentence.end(), form), end; figure != end;
       ++figure, ++found) {
    const Profile profile = ProfileOfRow((*figure)[1]);
    const int64_t kept = std::stoll((*figure)[2]);
    EXPECT_GT(kept, Count(kFromOutside, profile)) << figure->str();
    EXPECT_LE(kept, Count(kFromOutside | kD, profile)) << figure->str();
  }
  EXPECT_EQ(found, 2);
}

}  // namespace
}  // namespace proctor
