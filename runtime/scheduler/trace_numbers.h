// Numbers that stand for names in the arguments of the event trace; see runtime/trace/kinds.def.
//
// Thread safety: constants.

#ifndef PROCTOR_RUNTIME_SCHEDULER_TRACE_NUMBERS_H_
#define PROCTOR_RUNTIME_SCHEDULER_TRACE_NUMBERS_H_

namespace proctor::runtime {

enum class QueueId { kGlobal, kLocal, kNext };
enum class OutReason { kWaits, kYielded, kPreempted, kEnded };
enum class ExitPath { kReacquired, kIdleFast, kIdleSlow, kQueued };
enum class Waker { kStartTheWorld, kEnter, kExitFast, kExitSlow };
enum class InternalError { kNegativeRunning, kRunnableButNobodyRuns, kHelperAlreadyIdle };

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_TRACE_NUMBERS_H_
