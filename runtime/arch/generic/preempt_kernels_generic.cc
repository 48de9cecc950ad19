// Nothing is preempted by signals here, so there is nothing to preempt.

#include "runtime/arch/preempt_kernels.h"

namespace proctor::runtime {

const Kernel kKernels[] = {{nullptr, nullptr, nullptr}};

uint64_t OrdinaryIntegers(uint64_t rounds) { return rounds; }
uint64_t PreemptibleIntegers(uint64_t rounds) { return rounds; }
void TrampleVectors() {}

}  // namespace proctor::runtime
