#include "conformance/contract/contract.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace proctor {
namespace {

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
  EXPECT_EQ(names.size(), 92u);
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
  EXPECT_EQ(ProfileOfVersion("gccgo 12.2.0"), kGo1_20);
  EXPECT_EQ(ProfileOfVersion("go1."), kGo1_20);
  EXPECT_EQ(ProfileOfVersion("go1.99"), kGo1_26);
  EXPECT_EQ(ProfileOfVersion("go1.3"), kGo1_20);
  for (Profile profile : kProfiles) EXPECT_EQ(FindProfile(ProfileName(profile)), profile);
  EXPECT_EQ(FindProfile("go1.27"), std::nullopt) << "its monitor is that of go1.26";
  EXPECT_EQ(ProfileNames(), "go1.20, go1.22, go1.25, go1.26 or netbsd");
  EXPECT_EQ(Since(kGo1_22), kGo1_22 | kGo1_25 | kGo1_26);
}

TEST(Contract, AReleaseThatIsNotKnownIsNamed) {
  EXPECT_EQ(UnknownReleaseNote("go1.27.4"), "");
  EXPECT_EQ(UnknownReleaseNote("gccgo 14"), "");
  EXPECT_EQ(UnknownReleaseNote("go1.28rc1"),
            "go1.28 is newer than go1.27, the newest release that is known here: graded as go1.26");
}

// A .bzl file cannot read profiles.def.
TEST(Contract, TheSuitesAreThoseOfTheProfiles) {
  std::ifstream file("conformance/defs.bzl");
  std::ostringstream text;
  text << file.rdbuf();
  std::string list = "PROFILES = [\n";
  for (Profile profile : kProfiles) {
    list += "    \"" + std::string(ProfileName(profile)) + "\",\n";
  }
  EXPECT_NE(text.str().find(list + "]"), std::string::npos) << list;
}

TEST(Contract, DocumentIsPrintedFromTheTable) {
  std::ifstream file("CONTRACT.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), ContractDocument())
      << "CONTRACT.md differs from clauses.def: bazel build //conformance/contract:document and "
         "copy "
         "bazel-bin/conformance/contract/CONTRACT.md to the top of the tree";
}

}  // namespace
}  // namespace proctor
