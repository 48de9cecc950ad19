#include "conformance/evidence/promises_json.h"

namespace proctor {

Promises ReadPromises(JsonObject& object) {
  Promises promises;
  object.UpdateEnum("preemption", PreemptionNames(), promises.preemption);
  object.Update("reports_deadlock", promises.reports_deadlock);
  object.UpdateEnum("blocking", BlockingNames(), promises.blocking);
  return promises;
}

Json PromisesToJson(const Promises& promises) {
  Json json = Json::object();
  if (promises.preemption != PreemptionKind::kSignal) {
    json["preemption"] = PreemptionNames()[static_cast<size_t>(promises.preemption)];
  }
  if (!promises.reports_deadlock) json["reports_deadlock"] = false;
  if (promises.blocking != BlockingKind::kTold) {
    json["blocking"] = BlockingNames()[static_cast<size_t>(promises.blocking)];
  }
  return json;
}

}  // namespace proctor
