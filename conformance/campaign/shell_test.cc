#include "conformance/campaign/shell.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
// RapidCheck's gtest part needs gtest first.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "conformance/process/process.h"

namespace proctor {
namespace {

// What a shell makes of the command: its words, an end of line after each.
std::string WordsOf(const std::string& command) {
  std::string error;
  const std::string script = "printf '%s|' " + command;
  auto process = Process::Spawn({.argv = {"/bin/sh", "-c", script}, .capture_output = true}, error);
  EXPECT_TRUE(process) << error;
  EXPECT_EQ(process->Wait(MonotonicNowNs() + 60'000'000'000), 0) << script;
  return process->captured();
}

TEST(Shell, PlainWordsStayAsTheyAre) {
  const std::vector<std::string> words = {"proctor", "check",     "mutant=sleep", "--clauses",
                                          "CAD-2",   "/a/b.json", "a,b:c@d+e%f_"};
  EXPECT_EQ(ShellCommand(words),
            "proctor check mutant=sleep --clauses CAD-2 /a/b.json a,b:c@d+e%f_");
}

TEST(Shell, WhateverAShellWouldActOnIsQuoted) {
  EXPECT_EQ(ShellWord(""), "''");
  EXPECT_EQ(ShellWord("two words"), "'two words'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellWord("v;touch PWNED #"), "'v;touch PWNED #'");
  EXPECT_EQ(ShellAssignment("GODEBUG", ""), "GODEBUG=");
  EXPECT_EQ(ShellAssignment("GODEBUG", "a=1 $(x)"), "GODEBUG='a=1 $(x)'");
}

TEST(Shell, AShellReadsTheSameWords) {
  for (const std::string word :
       {"",      " ",     "~",        "~root", "*",     "?",    "[a]",  "{a,b}",
        "$HOME", "$(id)", "`id`",     "a;b",   "a&b",   "a|b",  "a>b",  "#a",
        "!a",    "-n",    "'",        "\"",    "\\",    "a\nb", "a\tb", "\x1b[31m",
        "=",     "a=b",   "\xff\xfe", "''",    "'\\''", "%s",   "\\n"}) {
    const std::string quoted = ShellWord(word);
    EXPECT_EQ(WordsOf(fmt::format("{0} {0}", quoted)), fmt::format("{0}|{0}|", word));
  }
}

RC_GTEST_PROP(Shell, AShellReadsAnyWordAsItIs, (std::string word)) {
  std::erase(word, '\0');
  RC_ASSERT(WordsOf(ShellWord(word)) == word + "|");
}

TEST(Shell, AProgramWithAnEqualsSignIsNoAssignment) {
  const std::vector<std::string> words = {"a=b", "c=d"};
  EXPECT_EQ(ShellCommand(words), "''a=b c=d");
}

}  // namespace
}  // namespace proctor
