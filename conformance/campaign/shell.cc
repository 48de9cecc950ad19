#include "conformance/campaign/shell.h"

namespace proctor {

std::string ShellWord(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:+@%=";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  // Within single quotes everything is itself but a single quote.
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string ShellCommand(std::span<const std::string> words) {
  std::string command;
  for (const std::string& word : words) {
    // A first word with an equals sign would be an assignment.
    const bool assigns = command.empty() && word.find('=') != std::string::npos;
    if (!command.empty()) command += ' ';
    command += assigns ? "''" + ShellWord(word) : ShellWord(word);
  }
  return command;
}

std::string ShellAssignment(std::string_view name, std::string_view value) {
  return std::string(name) + "=" + (value.empty() ? "" : ShellWord(value));
}

}  // namespace proctor
