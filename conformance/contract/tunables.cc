#include "conformance/contract/tunables.h"

#include <fmt/core.h>

namespace proctor {
namespace {

constexpr TunableField kFields[] = {
#define TUNABLE(name, value, least, greatest, meaning) \
  {#name, &Tunables::name, least, greatest, meaning},
#include "conformance/contract/tunables.def"
#undef TUNABLE
};

}  // namespace

std::span<const TunableField> TunableFields() { return kFields; }

const TunableField* FindTunable(std::string_view name) {
  for (const TunableField& field : kFields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string SetTunable(Tunables& tunables, std::string_view name, int64_t value) {
  const TunableField* field = FindTunable(name);
  if (field == nullptr) return fmt::format("unknown tunable '{}'", name);
  if (value < field->least || value > field->greatest) {
    return fmt::format("{} must be {} to {}", name, field->least, field->greatest);
  }
  tunables.*field->member = value;
  return "";
}

}  // namespace proctor
