// Promises as members of JSON objects: a trace's header and an adapter's handshake.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_EVIDENCE_PROMISES_JSON_H_
#define PROCTOR_CONFORMANCE_EVIDENCE_PROMISES_JSON_H_

#include "conformance/contract/promises.h"
#include "conformance/json/json.h"

namespace proctor {

// Only what is declared absent is said.
Promises ReadPromises(JsonObject& object);
Json PromisesToJson(const Promises& promises);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_EVIDENCE_PROMISES_JSON_H_
