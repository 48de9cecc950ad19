// No injection here: tasks are preempted at polls only.

#include "runtime/arch/inject.h"

namespace proctor::runtime {

void PrepareInjection() {}
std::size_t InjectionStackBytes() { return 0; }
uintptr_t InterruptedAt(const void* /*ucontext*/) { return 0; }
uintptr_t InterruptedStackPointer(const void* /*ucontext*/) { return 0; }
void Inject(void* /*ucontext*/) {}

}  // namespace proctor::runtime
