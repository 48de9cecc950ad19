// Words of a shell command, quoted so that pasting the command runs exactly these words (POSIX,
// 2.2 Quoting).
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_SHELL_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_SHELL_H_

#include <span>
#include <string>
#include <string_view>

namespace proctor {

// The word itself where no shell makes anything else of it, else in single quotes.
std::string ShellWord(std::string_view word);

// All of them, with spaces between.
std::string ShellCommand(std::span<const std::string> words);

// NAME='value', to stand in front of a command.
std::string ShellAssignment(std::string_view name, std::string_view value);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_SHELL_H_
