/* One variant as what the suite puts to the test; VARIANT names its function. */

#include "conformance/port/port.h"
#include "conformance/variants/variants.h"

const proctor_implementation* proctor_implementation_under_test(void) { return VARIANT(); }
