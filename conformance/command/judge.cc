#include "conformance/command/judge.h"

#include "conformance/campaign/assembly.h"
#include "conformance/campaign/grade.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/campaign/plan.h"
#include "conformance/command/output.h"
#include "conformance/report/exit_status.h"

namespace proctor {

int JudgeStored(const JudgeOptions& options) {
  std::string error;
  const std::optional<Grade> grade = GradeTrace(options.trace, options.profile, error);
  if (!grade) {
    Say(error);
    return kExitFailed;
  }
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, error);
  const std::optional<Expectations> expectations =
      LookUpExpectations("", grade->header.implementation, error);
  if (!folder || !expectations) {
    Say(error);
    return kExitFailed;
  }
  for (const std::string& member : grade->ignored) {
    Say(options.trace + ": an unknown member is ignored: " + member);
  }
  Cadence cadence = grade->cadence;
  cadence.name = grade->header.scenario.empty() ? "stored" : grade->header.scenario;
  Results results = AssembleResults({.implementation = grade->header.implementation,
                                     .version = grade->header.version,
                                     .profile = grade->header.profile,
                                     .rulings = grade->rulings,
                                     .noise = grade->noise,
                                     .cadences = {cadence}},
                                    *expectations);
  if (!grade->error.empty()) {
    results.unjudged.push_back(grade->error + "; what came before it was graded");
    results.exit_status = kExitFailed;
  }
  const int status = Publish(results, *folder);
  if (!grade->error.empty()) Say(results.unjudged.back());
  return status;
}

}  // namespace proctor
