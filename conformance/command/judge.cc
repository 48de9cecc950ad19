#include "conformance/command/judge.h"

#include "conformance/command/exit_status.h"
#include "conformance/command/grade.h"
#include "conformance/command/output.h"
#include "conformance/implementations/implementation.h"
#include "conformance/report/expectations.h"
#include "conformance/report/results.h"

namespace proctor {

int JudgeStored(const JudgeOptions& options) {
  std::string why;
  const std::optional<Grade> grade = GradeTrace(options.trace, options.profile, why);
  if (!grade) {
    Say(why);
    return kExitFailed;
  }
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, why);
  if (!folder) {
    Say(why);
    return kExitFailed;
  }
  Expectations expectations;
  const std::string known(BuiltInExpectations(grade->header.implementation));
  if (!known.empty()) {
    const std::optional<Expectations> parsed = ParseExpectations(known, why);
    if (parsed) expectations = *parsed;
  }
  Results results{.implementation = grade->header.implementation,
                  .version = grade->header.version,
                  .profile = grade->header.profile,
                  .verdicts = Apply(expectations, grade->header.profile, grade->rulings)};
  results.exit_status = ExitStatusOf(results.verdicts);
  const int status = Publish(results, *folder);
  if (grade->error.empty()) return status;
  Say(grade->error + "; what came before it was graded");
  return kExitFailed;
}

}  // namespace proctor
