// One variant as what the suite puts to the test; VARIANT names its function.

#include "conformance/implementations/reference/variants/variants.h"
#include "conformance/port/port.h"

const proctor_implementation* proctor_implementation_under_test() { return proctor::VARIANT(); }
