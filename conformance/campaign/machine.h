// The machine that a campaign runs on, in one line for reports.
//
// Thread safety: a plain function.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_MACHINE_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_MACHINE_H_

#include <string>

namespace proctor {

// "Linux 6.1.0-18-amd64 x86_64, 2 CPUs": the kernel, and the CPUs that this process may use.
std::string DescribeMachine();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_MACHINE_H_
