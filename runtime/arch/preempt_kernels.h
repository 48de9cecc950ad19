// Small computations whose result depends on every register of one kind keeping its value over many
// instructions: what is preempted at random instructions in the tests. All are pure; `rounds`
// decides how long they take.
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_ARCH_PREEMPT_KERNELS_H_
#define PROCTOR_RUNTIME_ARCH_PREEMPT_KERNELS_H_

#include <cstdint>

namespace proctor::runtime {

struct Kernel {
  const char* name;
  uint64_t (*run)(uint64_t rounds);
  bool (*supported)();
};

// Until the one without a name.
extern const Kernel kKernels[];

// The integer kernel once more, outside of preemptible code.
uint64_t OrdinaryIntegers(uint64_t rounds);
uint64_t PreemptibleIntegers(uint64_t rounds);

// Fills every vector register, mask register and x87 register with something else.
void TrampleVectors();

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_ARCH_PREEMPT_KERNELS_H_
