// Scenarios as part of a larger piece of JSON: results and bundles hold them as objects.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_SCENARIO_SCENARIO_JSON_H_
#define PROCTOR_CONFORMANCE_SCENARIO_SCENARIO_JSON_H_

#include <optional>
#include <string>
#include <string_view>

#include "conformance/json/json.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

// The member "scenario" of the object; unknown members are what they are for the object. Throws a
// JsonError.
Scenario ScenarioMember(JsonObject& object);
// As an adapter gets it: a newer harness may say more, which is ignored.
std::optional<Scenario> ParseSentScenario(std::string_view text, std::string& error);
// As FormatScenario (scenario.h).
Json ScenarioToJson(const Scenario& scenario);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SCENARIO_SCENARIO_JSON_H_
