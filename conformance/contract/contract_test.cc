#include "conformance/contract/contract.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

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

TEST(Contract, TheReadmeStatesItsFigures) {
  int64_t in_profile = 0;
  int64_t verdicts = 0;
  int64_t outside = 0;
  int64_t outside_in_profile = 0;
  for (const Clause& clause : Clauses()) {
    const bool from_outside = (clause.tiers & (kO | kX)) != 0;
    outside += from_outside ? 1 : 0;
    if ((clause.profiles & kGo1_20) == 0) continue;
    ++in_profile;
    verdicts += std::popcount(static_cast<unsigned>(clause.tiers & (kV | kT | kO | kX)));
    outside_in_profile += from_outside ? 1 : 0;
  }
  std::string readme = Contents("README.md");
  std::ranges::replace(readme, '\n', ' ');
  const size_t all = Clauses().size();
  for (const std::string& figures :
       {fmt::format("of the {} clauses, {} hold in the profile go1.20", all, in_profile),
        fmt::format("give {} verdicts on the {}", verdicts, in_profile),
        fmt::format("{} of the {} can be decided, and {} of the {}", outside, all,
                    outside_in_profile, in_profile)}) {
    EXPECT_NE(readme.find(figures), std::string::npos) << "README.md is to say: " << figures;
  }
}

}  // namespace
}  // namespace proctor
