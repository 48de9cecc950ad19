// Events as part of a larger piece of JSON: results hold them as objects.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_EVIDENCE_EVENT_JSON_H_
#define PROCTOR_CONFORMANCE_EVIDENCE_EVENT_JSON_H_

#include "conformance/evidence/event.h"
#include "conformance/json/json.h"

namespace proctor {

// The members are those of a line in a stored trace (trace.h), in any order.
Event ReadEvent(JsonObject& object);
Json EventToJson(const Event& event);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_EVIDENCE_EVENT_JSON_H_
