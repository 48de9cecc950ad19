#include "conformance/implementations/reference/reference.h"
#include "conformance/port/port.h"

const proctor_implementation* proctor_implementation_under_test() {
  return &proctor::ReferenceImplementation();
}
