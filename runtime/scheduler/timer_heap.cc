#include "runtime/scheduler/timer_heap.h"

namespace proctor::runtime {

template class BasicTimerHeap<StdAtomics, TimersLock>;

}  // namespace proctor::runtime
