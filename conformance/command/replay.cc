#include "conformance/command/replay.h"

#include <fmt/core.h>

#include <optional>
#include <vector>

#include "conformance/campaign/assembly.h"
#include "conformance/campaign/grade.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/campaign/shell.h"
#include "conformance/campaign/virtual_check.h"
#include "conformance/command/output.h"
#include "conformance/command/subjects.h"
#include "conformance/file/input_file.h"
#include "conformance/report/exit_status.h"

namespace proctor {
namespace {

constexpr size_t kBundleBytesMost = 16 << 20;

class Recorder : public EventSink {
 public:
  void Observe(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

// nullopt: one line was said.
std::optional<Bundle> ReadBundle(const std::string& path) {
  std::string error;
  const std::optional<std::string> text = ReadWholeFile(path, error, kBundleBytesMost);
  if (!text) {
    Say(error);
    return std::nullopt;
  }
  std::set<std::string> ignored;
  std::optional<Bundle> bundle = ParseBundle(*text, error, &ignored);
  if (!bundle) {
    Say(fmt::format("{}: {}", path, error));
    return std::nullopt;
  }
  for (const std::string& member : ignored) {
    Say(fmt::format("{}: an unknown member is ignored: {}", path, member));
  }
  if (!bundle->clause) return bundle;
  const Clause& clause = GetClause(*bundle->clause);
  if ((clause.tiers & kV) != 0 && (clause.profiles & bundle->profile) != 0) return bundle;
  Say(fmt::format("{}: clause {} is none that virtual time can decide in profile {}", path,
                  clause.name, ProfileName(bundle->profile)));
  return std::nullopt;
}

// The verdicts that the bundle is about: its clause's, or all where it shows a misbehaviour.
Results ResultsOf(const Subject& subject, const Bundle& bundle, const VirtualCheck& check,
                  const std::string& replay) {
  Judged judged{.implementation = subject.name,
                .version = subject.implementation->release,
                .profile = bundle.profile,
                .bundles = check.bundles,
                .replay = [&](const Ruling& ruling) {
                  return check.bundles.contains(ruling.clause) ? replay : std::string();
                }};
  for (const Ruling& ruling : check.rulings) {
    if (!bundle.clause || ruling.clause == *bundle.clause) judged.rulings.push_back(ruling);
  }
  return AssembleResults(judged, Expectations());
}

}  // namespace

int Replay(const ReplayOptions& options) {
  const std::optional<Bundle> bundle = ReadBundle(options.bundle);
  if (!bundle) return kExitWrongUsage;
  const std::optional<Subject> subject = FindSubject(bundle->implementation);
  if (!subject) {
    Say(
        fmt::format("{}: this program holds no monitor '{}'; build it with "
                    "--//conformance:implementation=LABEL",
                    options.bundle, bundle->implementation));
    return kExitWrongUsage;
  }
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, error);
  if (!folder) {
    Say(error);
    return kExitFailed;
  }
  folder->RemoveReports();
  Recorder recorder;
  const VirtualCheck check =
      ReplayVirtually(*subject, *bundle, folder->kept() ? &recorder : nullptr);
  Say(check.summary);
  bool stored = true;
  if (folder->kept()) {
    const Header header =
        WorldHeader(*subject->implementation, bundle->scenario, {.profile = bundle->profile});
    stored = StoreTrace(folder->TracePath("replay"), header, recorder.events, true, error);
    if (!stored) Say(error);
  }
  const std::vector<std::string> words = {options.program, "replay", options.bundle};
  const int status = Publish(ResultsOf(*subject, *bundle, check, ShellCommand(words)), *folder);
  return stored ? status : kExitFailed;
}

}  // namespace proctor
