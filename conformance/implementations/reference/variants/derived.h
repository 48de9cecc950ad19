// Variants that do most as the reference does: its monitor with some steps of their own.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_VARIANTS_DERIVED_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_VARIANTS_DERIVED_H_

#include "conformance/implementations/reference/ported_host.h"
#include "conformance/port/port.h"
#include "runtime/sysmon/sysmon.h"

namespace proctor {

template <typename Variant>
void RunDerived(const proctor_host* host, void*) {
  PortedHost ported(host);
  Variant(ported, FromPort(*host->constants)).Run();
}

template <typename Variant>
const proctor_implementation* DerivedImplementation(const char* name) {
  static const proctor_implementation implementation = {PROCTOR_PORT, name, "1",
                                                        RunDerived<Variant>, nullptr};
  return &implementation;
}

// The reference monitor behind a host that differs.
template <typename Between>
void RunBehindHost(const proctor_host* host, void*) {
  PortedHost ported(host);
  const runtime::Constants constants = FromPort(*host->constants);
  Between between(ported, constants);
  runtime::Monitor(between, constants).Run();
}

template <typename Between>
const proctor_implementation* DerivedHost(const char* name) {
  static const proctor_implementation implementation = {PROCTOR_PORT, name, "1",
                                                        RunBehindHost<Between>, nullptr};
  return &implementation;
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_VARIANTS_DERIVED_H_
