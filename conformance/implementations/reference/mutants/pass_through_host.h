// A host that passes every call on to another one: what lies between the reference and its host
// overrides the call in which it deviates.
//
// Thread safety: that of the host behind it.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_PASS_THROUGH_HOST_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_PASS_THROUGH_HOST_H_

#include <cstdint>

#include "runtime/sysmon/constants.h"
#include "runtime/sysmon/host.h"

namespace proctor::mutants {

class PassThroughHost : public runtime::Host {
 public:
  PassThroughHost(runtime::Host& host, const runtime::Constants& constants)
      : host_(host), constants_(constants) {}

#define HOST_CALL(Name, name, result, parameters, arguments) \
  result Name parameters override { return host_.Name arguments; }
#include "runtime/sysmon/host_calls.def"
#undef HOST_CALL

 protected:
  runtime::Host& host_;
  const runtime::Constants& constants_;
};

}  // namespace proctor::mutants

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_PASS_THROUGH_HOST_H_
