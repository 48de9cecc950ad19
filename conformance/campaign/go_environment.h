// The settings of a Go process, as its environment has them.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_GO_ENVIRONMENT_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_GO_ENVIRONMENT_H_

#include <cstdint>
#include <string_view>

#include "conformance/contract/tunables.h"

namespace proctor {

// What GOMAXPROCS, GOGC and GODEBUG in an environment ("NAME=value" each with a NUL behind it) make
// a Go runtime do, as it reads them: what it would ignore is not in force. `cpus`: how many the
// process may use.
Tunables TunablesOfGoEnvironment(std::string_view environment, int64_t cpus);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_GO_ENVIRONMENT_H_
