// Grades stored evidence: a trace file in, rulings out. A campaign stores what it gathers and
// grades the file, so `proctor judge` on the same file cannot say anything else.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_GRADE_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_GRADE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conformance/contract/profile.h"
#include "conformance/evidence/event.h"
#include "conformance/evidence/header.h"
#include "conformance/judge/verdict.h"
#include "conformance/report/cadence.h"

namespace proctor {

struct Grade {
  Header header;
  std::vector<Ruling> rulings;  // one per clause and tier of the header
  int64_t events = 0;
  Cadence cadence;  // without a name
  Noise noise;
  std::string error;              // the first thing wrong with the file, with its place; else empty
  std::set<std::string> ignored;  // members that are unknown here
};

// Grades as much of the file as can be read; `error` says where it stopped. nullopt: not even a
// header, `error` says so. `profile` replaces the header's where given.
std::optional<Grade> GradeTrace(const std::string& path, std::optional<Profile> profile,
                                std::string& error);

// Stores evidence as a trace file, and beside it as Chrome trace JSON where asked for and not too
// much for the page that shows it; false:
// `error`, and nothing half-written stands there.
bool StoreTrace(const std::string& path, const Header& header, const std::vector<Event>& events,
                bool with_chrome, std::string& error);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_GRADE_H_
