#include "conformance/command/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "conformance/command/exit_status.h"
#include "conformance/command/grade.h"
#include "conformance/command/output.h"
#include "conformance/command/subjects.h"
#include "conformance/command/virtual_check.h"
#include "conformance/report/results.h"

namespace proctor {
namespace {

class Recorder : public EventSink {
 public:
  void Observe(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

// The verdicts that the bundle is about: its clause's, or all where it shows a misbehaviour.
Results ResultsOf(const Subject& subject, const Bundle& bundle, const VirtualCheck& check,
                  const std::string& replay) {
  Results results{.implementation = subject.name,
                  .version = subject.implementation->release,
                  .profile = bundle.profile};
  for (const Ruling& ruling : check.rulings) {
    if (bundle.clause && ruling.clause != *bundle.clause) continue;
    Result result{.ruling = ruling};
    if (check.bundles.contains(ruling.clause)) {
      result.expected = false;
      result.replay = replay;
      result.scenario = FormatScenario(bundle.scenario);
    }
    results.verdicts.push_back(std::move(result));
  }
  results.exit_status = ExitStatusOf(results.verdicts);
  return results;
}

}  // namespace

int Replay(const ReplayOptions& options) {
  std::string why;
  const std::optional<std::string> text = ReadFile(options.bundle, why);
  if (!text) {
    Say(why);
    return kExitWrongUsage;
  }
  const std::optional<Bundle> bundle = ParseBundle(*text, why);
  if (!bundle) {
    Say(fmt::format("{}: {}", options.bundle, why));
    return kExitWrongUsage;
  }
  const std::optional<Subject> subject = FindSubject(bundle->implementation);
  if (!subject) {
    Say(
        fmt::format("{}: this program holds no monitor '{}'; build it with "
                    "--//conformance:implementation=LABEL",
                    options.bundle, bundle->implementation));
    return kExitWrongUsage;
  }
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, why);
  if (!folder) {
    Say(why);
    return kExitFailed;
  }
  Recorder recorder;
  const VirtualCheck check =
      ReplayVirtually(*subject, *bundle, folder->kept() ? &recorder : nullptr);
  Say(check.summary);
  const int status =
      Publish(ResultsOf(*subject, *bundle, check, "proctor replay " + options.bundle), *folder);
  if (!folder->kept()) return status;
  const Header header =
      WorldHeader(*subject->implementation, bundle->scenario, {.profile = bundle->profile});
  if (StoreTrace(folder->TracePath("replay"), header, recorder.events, true, why)) return status;
  Say(why);
  return kExitFailed;
}

}  // namespace proctor
