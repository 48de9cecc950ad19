// The reference monitor's host on top of the port's table: what makes any monitor that is written
// against runtime::Host one that plugs in.
//
// Thread safety: the monitor's thread only, as the port.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_PORTED_HOST_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_PORTED_HOST_H_

#include "conformance/port/port.h"
#include "runtime/sysmon/constants.h"
#include "runtime/sysmon/host.h"

namespace proctor {

class PortedHost : public runtime::Host {
 public:
  explicit PortedHost(const proctor_host* host) : host_(*host) {}

#define HOST_CALL(Name, name, result, parameters, arguments) result Name parameters override;
#include "runtime/sysmon/host_calls.def"
#undef HOST_CALL

 private:
  const proctor_host& host_;
};

runtime::Constants FromPort(const proctor_constants& constants);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_PORTED_HOST_H_
