#include "conformance/command/family_table.h"

#include <fmt/core.h>

#include <cstdint>
#include <set>
#include <string_view>

#include "conformance/contract/contract.h"
#include "conformance/contract/profile.h"
#include "conformance/judge/verdict.h"
#include "conformance/observer/wake_reasons.h"
#include "conformance/report/foreign_text.h"

namespace proctor {
namespace {

std::string Row(std::string_view process, std::string_view program, std::string_view runtime,
                std::string_view profile, std::string_view ran, std::string_view sleeps,
                std::string_view status, std::string_view clauses) {
  return fmt::format("{:<9} {:<16} {:<14} {:<8} {:>9} {:>18}  {:<6}  {}\n", process, program,
                     runtime, profile, ran, sleeps, status, clauses);
}

std::string StatusText(const ObservedProcess& process) {
  if (process.status) return fmt::format("{}", *process.status);
  return process.has_ended ? "exec" : "runs";
}

std::string SleepsText(const ObservedProcess& process) {
  if (!process.runtime || !process.runtime->sleeps) return "-";
  const int64_t count = *process.runtime->sleeps;
  return fmt::format("{} ({:.1f}/s)", count,
                     static_cast<double>(count) * 1e9 / static_cast<double>(process.ran_ns + 1));
}

// The verdicts on one monitor in a few words.
std::string ClausesText(const ObservedProcess& process) {
  if (!process.runtime) return "no Go runtime";
  const ObservedRuntime& runtime = *process.runtime;
  if (!runtime.sleeps) return "ended before its monitor slept";
  if (!runtime.error.empty()) return "not graded: " + runtime.error;
  return runtime.broken.empty()
             ? fmt::format("{} kept", runtime.kept)
             : fmt::format("{} kept, {} broken", runtime.kept, runtime.broken.size());
}

std::string RowOf(const ObservedProcess& process) {
  std::string version = "-";
  std::string_view profile = "-";
  if (process.runtime) {
    version = process.runtime->version.empty() ? "not said"
                                               : Clean(process.runtime->version, Medium::kTerminal);
    profile = ProfileName(process.runtime->profile);
  }
  return Row(fmt::format("{}", process.process),
             Clean(process.program, Medium::kTerminal).substr(0, 16), version, profile,
             DurationText(process.ran_ns), SleepsText(process), StatusText(process),
             ClausesText(process));
}

}  // namespace

std::string FamilyTable(const FamilyObservation& family, bool by_version) {
  std::string text = Row("process", "program", "runtime", "profile", "ran", "monitor's sleeps",
                         "status", "clauses");
  std::set<std::string> notes;  // on how they are graded
  std::string findings;
  for (const ObservedProcess& process : family.processes) {
    text += RowOf(process);
    if (!process.runtime) continue;
    const std::string note = UnknownReleaseNote(process.runtime->version);
    if (!note.empty() && by_version) notes.insert(note + "\n");
    for (const Ruling& ruling : process.runtime->broken) {
      const std::string finding =
          fmt::format("process {}: {} violates by tier {}: {}", process.process,
                      ClauseName(ruling.clause), TierName(ruling.tier), ruling.message);
      findings += Clean(finding, Medium::kTerminal) + "\n";
    }
  }
  if (family.left_out > 0) text += fmt::format("and {} processes more\n", family.left_out);
  for (const std::string& note : notes) text += note;
  return text + findings;
}

}  // namespace proctor
