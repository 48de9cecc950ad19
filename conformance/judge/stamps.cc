#include "conformance/judge/stamps.h"

#include "conformance/judge/beside_idle_p.h"
#include "conformance/judge/collection.h"
#include "conformance/judge/deadlock.h"
#include "conformance/judge/handed_over.h"
#include "conformance/judge/network_wait.h"
#include "conformance/judge/overlap.h"
#include "conformance/judge/runnable_behind.h"
#include "conformance/judge/tasks.h"
#include "conformance/judge/timers.h"

namespace proctor {

void AddStampJudges(const Header& header, std::vector<std::unique_ptr<Judge>>& judges) {
  if (!header.emits[static_cast<size_t>(EventKind::kOpBegin)]) return;
  judges.push_back(std::make_unique<BesideIdlePJudge>(header));
  judges.push_back(std::make_unique<CollectionJudge>(header));
  judges.push_back(std::make_unique<DeadlockJudge>(header));
  judges.push_back(std::make_unique<HandedOverJudge>(header));
  judges.push_back(std::make_unique<NetworkWaitJudge>(header));
  judges.push_back(std::make_unique<OverlapJudge>(header));
  judges.push_back(std::make_unique<RunnableBehindJudge>(header));
  judges.push_back(std::make_unique<TasksJudge>(header));
  judges.push_back(std::make_unique<TimersJudge>(header));
}

}  // namespace proctor
