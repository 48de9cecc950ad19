#include "runtime/scheduler/local_queue.h"

namespace proctor::runtime {

template class BasicLocalQueue<StdAtomics, 256>;

}  // namespace proctor::runtime
