#include "conformance/command/observe_family.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conformance/campaign/grade.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/command/output.h"
#include "conformance/command/target.h"
#include "conformance/command/watched_command.h"
#include "conformance/observer/family.h"
#include "conformance/observer/observer.h"
#include "conformance/observer/wake_reasons.h"
#include "conformance/report/exit_status.h"
#include "conformance/report/foreign_text.h"

namespace proctor {
namespace {

Header HeaderOf(const FamilyMember& member, std::optional<Profile> profile) {
  Header header;
  header.maker = "observer";
  header.implementation = member.program;
  header.version = member.image->version;
  header.tiers = kO;
  header.profile = profile.value_or(ProfileOfVersion(header.version));
  header.from_start = true;
  header.emits = Observer::Emits();
  header.in_force = TunablesOf(member.environment, member.cpus);
  return header;
}

int64_t CountSleeps(const std::vector<Event>& events) {
  return std::ranges::count_if(events, [](const Event& event) {
    return event.kind == EventKind::kShallowSleep || event.kind == EventKind::kDeepSleep;
  });
}

// The verdicts on one monitor in a few words; what it violates goes to `findings`.
std::string GradeOf(const FamilyMember& member, const Header& header, const OutputFolder& folder,
                    size_t number, std::vector<std::string>& findings, int64_t& kept_by_all) {
  const std::string path = folder.TracePath(fmt::format("process_{}_{}", member.process, number));
  std::string error;
  std::optional<Grade> grade;
  if (StoreTrace(path, header, member.events, folder.kept(), error)) {
    grade = GradeTrace(path, std::nullopt, error);
  }
  if (!grade) return "not graded: " + error;
  int64_t kept = 0;
  int64_t broken = 0;
  for (const Ruling& ruling : grade->rulings) {
    kept += ruling.verdict == Verdict::kConforms;
    if (ruling.verdict != Verdict::kViolates) continue;
    ++broken;
    findings.push_back(fmt::format("process {}: {} violates by tier {}: {}", member.process,
                                   ClauseName(ruling.clause), TierName(ruling.tier),
                                   ruling.message));
  }
  kept_by_all += kept;
  return broken > 0 ? fmt::format("{} kept, {} broken", kept, broken)
                    : fmt::format("{} kept", kept);
}

class FamilyReport {
 public:
  FamilyReport(const ObserveOptions& options, const OutputFolder& folder)
      : options_(options), folder_(folder) {}

  void Add(const FamilyMember& member, int64_t now_ns) {
    // One may have begun after the look at the clock.
    const int64_t ended_ns = member.ended_ns != 0 ? member.ended_ns : now_ns;
    const int64_t ran_ns = std::max<int64_t>(ended_ns - member.began_ns, 0);
    std::string runtime = "-";
    std::string profile = "-";
    std::string sleeps = "-";
    std::string clauses = "no Go runtime";
    if (member.image) {
      ++runtimes_;
      const Header header = HeaderOf(member, options_.profile);
      runtime = header.version.empty() ? "not said" : Clean(header.version, Medium::kTerminal);
      profile = ProfileName(header.profile);
      const std::string note = UnknownReleaseNote(header.version);
      if (!note.empty() && !options_.profile) notes_.insert(note);
      clauses = "ended before its monitor slept";
      if (member.monitor != 0) {
        const int64_t count = CountSleeps(member.events);
        sleeps = fmt::format("{} ({:.1f}/s)", count,
                             static_cast<double>(count) * 1e9 / static_cast<double>(ran_ns + 1));
        clauses = GradeOf(member, header, folder_, ++number_, findings_, kept_);
      }
    }
    text_ += fmt::format("{:<9} {:<16} {:<14} {:<8} {:>9} {:>18}  {:<6}  {}\n", member.process,
                         Clean(member.program, Medium::kTerminal).substr(0, 16), runtime, profile,
                         DurationText(ran_ns), sleeps, StatusText(member), clauses);
  }

  std::string Text(int64_t left_out) const {
    std::string text =
        fmt::format("{:<9} {:<16} {:<14} {:<8} {:>9} {:>18}  {:<6}  {}\n", "process", "program",
                    "runtime", "profile", "ran", "monitor's sleeps", "status", "clauses") +
        text_;
    if (left_out > 0) text += fmt::format("and {} processes more\n", left_out);
    for (const std::string& note : notes_) text += note + "\n";
    for (const std::string& finding : findings_) text += Clean(finding, Medium::kTerminal) + "\n";
    return text;
  }

  // Without the command's own.
  int Status() const {
    if (!findings_.empty()) return kExitViolation;
    return runtimes_ > 0 ? kExitAsExpected : kExitFailed;
  }

  bool has_runtimes() const { return runtimes_ > 0; }
  bool decided() const { return kept_ > 0 || !findings_.empty(); }

 private:
  static std::string StatusText(const FamilyMember& member) {
    if (member.status) return fmt::format("{}", *member.status);
    return member.ended_ns != 0 ? "exec" : "runs";
  }

  const ObserveOptions& options_;
  const OutputFolder& folder_;
  std::string text_;
  std::vector<std::string> findings_;
  std::set<std::string> notes_;  // on how they are graded
  size_t number_ = 0;
  int64_t runtimes_ = 0;
  int64_t kept_ = 0;  // clauses, of all of them
};

}  // namespace

int ObserveFamily(const ObserveOptions& options, const StopRequest& stop) {
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, error);
  std::unique_ptr<WatchedCommand> command;
  if (folder) command = WatchedCommand::Start(options.command, error);
  std::unique_ptr<Family> family;
  if (command) family = Family::Start(command->pid(), error);
  if (!family) {
    Say(error);
    return kExitFailed;
  }
  command->Release();
  WaitWhileObserving(command->pidfd(), options.for_ms, stop);
  const int64_t now_ns = MonotonicNowNs();
  family->Stop();
  command->End(stop);
  if (const std::string wrong = command->start_error(); !wrong.empty()) {
    Say(wrong);
    return kExitFailed;
  }
  FamilyReport report(options, *folder);
  for (const FamilyMember& member : family->members()) report.Add(member, now_ns);
  Print(report.Text(family->left_out()));
  if (!report.has_runtimes()) Say("none of these processes holds a Go runtime");
  if (report.has_runtimes() && !report.decided()) Say(kNothingDecided);
  return command->PassOn(report.Status(), report.has_runtimes());
}

}  // namespace proctor
