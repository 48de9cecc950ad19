#include "conformance/evidence/event_json.h"

#include <cstdint>

namespace proctor {

Event ReadEvent(JsonObject& object) {
  Event event;
  event.kind = object.Named("e", FindEventKind);
  event.time_ns = object.Integer("t", 0);
  if (object.Has("m")) event.m = static_cast<int32_t>(object.Integer("m", -1, INT32_MAX));
  if (object.Has("p")) event.p = static_cast<int32_t>(object.Integer("p", -1, kProcessorsMost - 1));
  if (object.Has("g")) event.g = object.Integer("g", -1);
  for (const Arg arg : ArgsOf(event.kind)) {
    int64_t value = 0;
    const ValueNames names = ArgValueNames(arg);
    if (names.empty()) {
      value = object.Integer(ArgName(arg));
    } else {
      value = static_cast<int64_t>(object.IndexOf(ArgName(arg), names));
    }
    event.Set(arg, value);
  }
  return event;
}

Json EventToJson(const Event& event) {
  Json json = {{"t", event.time_ns}, {"e", EventKindName(event.kind)}};
  if (event.m != -1) json["m"] = event.m;
  if (event.p != -1) json["p"] = event.p;
  if (event.g != -1) json["g"] = event.g;
  for (const Arg arg : ArgsOf(event.kind)) {
    const int64_t value = event.Get(arg);
    const ValueNames names = ArgValueNames(arg);
    Json& member = json[std::string(ArgName(arg))];
    if (names.empty()) {
      member = value;
    } else {
      member = names[static_cast<size_t>(value)];
    }
  }
  return json;
}

}  // namespace proctor
