/* The state machine as what the suite puts to the test. */

#include "conformance/port/port.h"
#include "conformance/variants/variants.h"

const proctor_implementation* proctor_implementation_under_test(void) {
  return proctor_variant_state_machine();
}
