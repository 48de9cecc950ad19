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
  EXPECT_EQ(names.size(), 89u);
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
  for (Profile profile : kProfiles) EXPECT_EQ(FindProfile(ProfileName(profile)), profile);
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
