// Tunables of a scenario as options of the runtime, and back.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_SETTINGS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_SETTINGS_H_

#include <string>

#include "conformance/contract/profile.h"
#include "conformance/contract/tunables.h"
#include "runtime/scheduler/options.h"

namespace proctor::reference {

// `profile` says which release line's monitor it is to be. The collector is the caller's to add.
runtime::Options ToOptions(const Tunables& tunables, Profile profile);

// What is in force with those options, the environment's RUNTIME_DEBUG included: {"procs":2,...},
// those that differ from the defaults.
std::string InForce(const Tunables& asked, const runtime::Options& options);

// The handshake, as PROTOCOL.md describes it, without its line feed.
std::string Handshake(const runtime::Options& options);

}  // namespace proctor::reference

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_SETTINGS_H_
