#include "conformance/command/lint.h"

#include <fmt/core.h>

#include <optional>

#include "conformance/campaign/lint.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/command/output.h"
#include "conformance/command/terminal_listener.h"
#include "conformance/implementations/implementation.h"
#include "conformance/report/exit_status.h"
#include "conformance/report/foreign_text.h"

namespace proctor {
namespace {

std::string Describe(const LintResult& result, const std::string& asked_as) {
  const auto clean = [](const std::string& text) { return Clean(text, Medium::kTerminal); };
  std::string text = result.handshake
                         ? fmt::format("{} {} ({})", clean(result.handshake->name),
                                       clean(result.handshake->version), clean(asked_as))
                         : clean(asked_as);
  text += fmt::format(", {} runs\n", result.runs);
  int number = 0;
  for (const std::string& fault : result.faults) {
    text += fmt::format("{:2}. {}\n", ++number, clean(fault));
  }
  if (!result.faults.empty()) {
    return text + fmt::format(
                      "{} to be put right, in this order; what comes after is looked at "
                      "then\n",
                      result.faults.size());
  }
  return text + (result.is_complete ? "no fault found\n" : "interrupted\n");
}

}  // namespace

int LintAdapter(const LintCommandOptions& options, StopRequest& stop) {
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open("", error);
  if (!folder) {
    Say(error);
    return kExitFailed;
  }
  stop.BeginHeeding();
  TerminalListener listener(stop);
  BuildFailure failure{};
  std::optional<Implementation> built = BuildImplementation(
      options.implementation, folder->path(), failure, error, {.stop = listener.stop()});
  if (!built) {
    Say(error);
    return failure == BuildFailure::kUnknownName ? kExitWrongUsage : kExitFailed;
  }
  const LintResult result =
      Lint({.implementation = std::move(*built), .deadline_ms = options.deadline_ms}, listener);
  ShowProgress("");
  Print(Describe(result, options.implementation));
  if (!result.faults.empty()) return kExitViolation;
  return result.is_complete ? kExitAsExpected : kExitInconclusive;
}

}  // namespace proctor
