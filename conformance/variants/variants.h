/* Variants: monitors that differ from the reference in everything that the contract leaves open.
 * None of them may be accused of anything; where one is, a judge or the contract is wrong.
 *
 * Each is to be had by name here, and as the library //conformance/variants:NAME for
 * --//conformance:implementation.
 *
 * Thread safety: constant.
 */

#ifndef PROCTOR_CONFORMANCE_VARIANTS_VARIANTS_H_
#define PROCTOR_CONFORMANCE_VARIANTS_VARIANTS_H_

#include "conformance/port/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* C99 on the bare port. */
const proctor_implementation* proctor_variant_c99(void);
/* A state machine that decides one step at a time, its cadence in closed form. */
const proctor_implementation* proctor_variant_state_machine(void);
/* Reads the clock wherever it may. */
const proctor_implementation* proctor_variant_clock_watcher(void);
/* Looks thrice before it sleeps deep, in another order, and at everything each time. */
const proctor_implementation* proctor_variant_light_sleeper(void);
/* Another order where there is none: what it looks at first in each duty, and when it follows the machine. */
const proctor_implementation* proctor_variant_other_order(void);
/* Holds the lock of all processors for one of them at a time, and looks at the status again before it swaps. */
const proctor_implementation* proctor_variant_careful_taker(void);

#ifdef __cplusplus
}
#endif

#endif /* PROCTOR_CONFORMANCE_VARIANTS_VARIANTS_H_ */
