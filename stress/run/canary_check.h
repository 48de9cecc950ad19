// The canary of a stress run: a run whose judges do not notice a broken monitor, or accuse a right
// one, is worth nothing.
//
// Thread safety: none.

#ifndef PROCTOR_STRESS_RUN_CANARY_CHECK_H_
#define PROCTOR_STRESS_RUN_CANARY_CHECK_H_

#include <string>

#include "conformance/campaign/listener.h"
#include "conformance/campaign/output_folder.h"

namespace proctor {

// One scenario on the reference runtime with a broken monitor in it, and with its own. Empty: the
// one was caught and the other was not accused, or the listener has stopped it; else one line.
std::string CheckCanary(const OutputFolder& folder, Listener& listener);

}  // namespace proctor

#endif  // PROCTOR_STRESS_RUN_CANARY_CHECK_H_
