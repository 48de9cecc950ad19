// The header of a piece of evidence: who made it, on which clock, with which tunables, and what it
// lacks.
//
// Thread safety: plain values.

#ifndef PROCTOR_CONFORMANCE_EVIDENCE_HEADER_H_
#define PROCTOR_CONFORMANCE_EVIDENCE_HEADER_H_

#include <cstdint>
#include <string>

#include "conformance/contract/contract.h"
#include "conformance/contract/profile.h"
#include "conformance/contract/promises.h"
#include "conformance/contract/tunables.h"
#include "conformance/evidence/event.h"

namespace proctor {

struct Header {
  std::string maker;                      // "observer", "adapter", "observer+adapter", "world"
  std::string implementation;             // "go"; empty where unknown
  std::string version;                    // "go1.19.8"; empty where unknown
  std::string clock = "CLOCK_MONOTONIC";  // or "virtual"
  TierSet tiers = 0;                      // the tiers whose judges this evidence is for
  Profile profile = kDefaultProfile;
  bool from_start = false;  // the first event is the start of the process, nothing came before it
  EventKinds emits;         // the kinds that would be here had they happened; all others it lacks
  std::string scenario;     // name of the scenario that ran; empty: none
  uint64_t seed = 0;
  Tunables asked;     // what the scenario asked for
  Tunables in_force;  // what the runtime declares, the environment's settings included
  Promises promises;  // what it declares absent is not judged

  bool operator==(const Header&) const = default;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_EVIDENCE_HEADER_H_
