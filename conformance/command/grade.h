// Grades stored evidence: a trace file in, rulings out. `check` and `observe` store what they
// gather and grade the file, so `judge` on the same file cannot say anything else.

#ifndef PROCTOR_CONFORMANCE_COMMAND_GRADE_H_
#define PROCTOR_CONFORMANCE_COMMAND_GRADE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/contract/profile.h"
#include "conformance/evidence/event.h"
#include "conformance/evidence/header.h"
#include "conformance/judge/verdict.h"

namespace proctor {

struct Grade {
  Header header;
  std::vector<Ruling> rulings;  // one per clause and tier of the header
  int64_t events = 0;
  std::string error;  // the first thing wrong with the file, with its place; else empty
};

// Grades as much of the file as can be read; `error` says where it stopped. nullopt: not even a
// header, `why` says so. `profile` replaces the header's where given.
std::optional<Grade> GradeTrace(const std::string& path, std::optional<Profile> profile,
                                std::string& why);

// Stores evidence as a trace file, and beside it as Chrome trace JSON where asked for; false:
// `why`.
bool StoreTrace(const std::string& path, const Header& header, const std::vector<Event>& events,
                bool with_chrome, std::string& why);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_GRADE_H_
