#include "conformance/contract/tunables.h"

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

}  // namespace proctor
