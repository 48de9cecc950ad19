#include <cstddef>

#include "conformance/base/enum_names.h"
#include "conformance/world/world.h"

namespace proctor {
namespace {

constexpr std::string_view kEndNames[] = {
    "done",           "deadlock",         "nobody_left", "died",
    "internal_error", "budget",           "port_misuse", "returned",
    "never_sleeps",   "never_comes_back", "crash",       "version_mismatch"};
static_assert(NamesAllOf<WorldEnd>(kEndNames));

}  // namespace

std::string_view WorldEndName(WorldEnd end) { return kEndNames[static_cast<size_t>(end)]; }

bool BlamesMonitor(WorldEnd end) { return end >= WorldEnd::kPortMisuse; }

}  // namespace proctor
