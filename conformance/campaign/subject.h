// What is put to the test in virtual time: a monitor behind the port, in a world that may have a
// fault of its own.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_SUBJECT_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_SUBJECT_H_

#include <string>

#include "conformance/port/port.h"
#include "conformance/world/deviation.h"

namespace proctor {

struct Subject {
  std::string name;  // as it is called in bundles and on the command line
  const proctor_implementation* implementation = nullptr;
  Deviation deviation = Deviation::kNone;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_SUBJECT_H_
