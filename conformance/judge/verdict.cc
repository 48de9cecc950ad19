#include "conformance/judge/verdict.h"

#include <iterator>

#include "conformance/base/enum_names.h"

namespace proctor {
namespace {

constexpr std::string_view kNames[] = {
    "conforms",     "violates", "not_exercised", "not_observable", "unsupported",
    "inconclusive", "error",    "crash",         "timeout",
};
static_assert(NamesAllOf<Verdict>(kNames));

constexpr Verdict kByGravity[] = {
    Verdict::kViolates,    Verdict::kCrash,        Verdict::kTimeout,
    Verdict::kError,       Verdict::kConforms,     Verdict::kInconclusive,
    Verdict::kUnsupported, Verdict::kNotExercised, Verdict::kNotObservable,
};

}  // namespace

std::string_view VerdictName(Verdict verdict) { return kNames[static_cast<size_t>(verdict)]; }

std::optional<Verdict> FindVerdict(std::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<Verdict>(i);
  }
  return std::nullopt;
}

Ruling Combine(const Ruling& a, const Ruling& b) {
  for (Verdict verdict : kByGravity) {
    if (a.verdict != verdict && b.verdict != verdict) continue;
    const bool first = a.verdict == verdict;
    Ruling graver = first ? a : b;
    const Ruling& other = first ? b : a;
    graver.triggers += other.triggers;
    if (!graver.measured) {
      graver.measured = other.measured;
    } else if (other.measured && other.measured->bound_ns == graver.measured->bound_ns) {
      graver.measured->durations_ns.Merge(other.measured->durations_ns);
    }
    if (graver.message.empty() && other.verdict == verdict) graver.message = other.message;
    return graver;
  }
  return a;
}

}  // namespace proctor
