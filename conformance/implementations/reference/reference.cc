#include "conformance/implementations/reference/reference.h"

#include "conformance/implementations/reference/ported_host.h"
#include "runtime/sysmon/sysmon.h"

namespace proctor {
namespace {

void RunReference(const proctor_host* host, void*) {
  PortedHost ported(host);
  runtime::Monitor(ported, FromPort(*host->constants)).Run();
}

}  // namespace

const proctor_implementation& ReferenceImplementation() {
  static const proctor_implementation implementation = {PROCTOR_PORT, "reference", "1",
                                                        RunReference, nullptr};
  return implementation;
}

}  // namespace proctor
