/* Variants: monitors that differ from the reference in everything that the contract leaves open.
 * No judge may accuse one of them; where one does, a judge or the contract is wrong. These are
 * written on the port alone; conformance/implementations/reference/variants has those that change
 * single steps of the reference monitor.
 *
 * Each is also the library //conformance/variants:NAME for --//conformance:implementation.
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

#ifdef __cplusplus
}
#endif

#endif /* PROCTOR_CONFORMANCE_VARIANTS_VARIANTS_H_ */
