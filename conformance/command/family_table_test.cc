#include "conformance/command/family_table.h"

#include <gtest/gtest.h>

#include <string>

namespace proctor {
namespace {

ObservedProcess Server(ObservedRuntime runtime) {
  return {.process = 12,
          .program = "server",
          .ran_ns = 2'000'000'000,
          .has_ended = true,
          .status = 3,
          .runtime = std::move(runtime)};
}

std::string Rows(const FamilyObservation& family, bool by_version = true) {
  const std::string text = FamilyTable(family, by_version);
  return text.substr(text.find('\n') + 1);
}

TEST(FamilyTable, HasARowForEachProcess) {
  const FamilyObservation family{
      .processes = {{.process = 11, .program = "sh", .ran_ns = 5'000'000},
                    Server({.version = "go1.19.8", .sleeps = 40, .kept = 9}),
                    {.process = 12, .program = "cat", .has_ended = true}},
      .left_out = 4};
  EXPECT_EQ(FamilyTable(family, true),
            "process   program          runtime        profile        ran   monitor's sleeps  "
            "status  clauses\n"
            "11        sh               -              -             5 ms                  -  "
            "runs    no Go runtime\n"
            "12        server           go1.19.8       go1.20         2 s        40 (20.0/s)  "
            "3       9 kept\n"
            "12        cat              -              -             0 ns                  -  "
            "exec    no Go runtime\n"
            "and 4 processes more\n");
}

TEST(FamilyTable, SaysWhyAMonitorWasNotGraded) {
  EXPECT_TRUE(Rows({.processes = {Server({.version = "go1.19.8"})}})
                  .ends_with("  ended before its monitor slept\n"));
  EXPECT_TRUE(Rows({.processes = {Server({.sleeps = 1, .error = "no room"})}})
                  .ends_with("  not graded: no room\n"));
}

TEST(FamilyTable, ViolationsStandBelowInOneLineEach) {
  const Ruling broken{
      .clause = ClauseId::kCAD_2, .tier = kO, .verdict = Verdict::kViolates, .message = "a\nb"};
  const std::string rows =
      Rows({.processes = {Server({.sleeps = 40, .kept = 9, .broken = {broken}})}});
  EXPECT_NE(rows.find(" not said "), std::string::npos) << rows;
  EXPECT_TRUE(rows.ends_with("  9 kept, 1 broken\nprocess 12: CAD-2 violates by tier O: a b\n"))
      << rows;
}

TEST(FamilyTable, ReleasesThatAreNotKnownAreSaidOnceUnlessAProfileIsNamed) {
  const ObservedProcess process = Server({.version = "go1.99"});
  const FamilyObservation family{.processes = {process, process}};
  const std::string note = UnknownReleaseNote("go1.99") + "\n";
  const std::string rows = Rows(family);
  EXPECT_TRUE(rows.ends_with("slept\n" + note)) << rows;
  EXPECT_EQ(Rows(family, false).find(note), std::string::npos);
}

}  // namespace
}  // namespace proctor
