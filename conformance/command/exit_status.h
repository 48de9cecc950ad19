// The exit status of the command. The first four follow from the results (report/results.h).

#ifndef PROCTOR_CONFORMANCE_COMMAND_EXIT_STATUS_H_
#define PROCTOR_CONFORMANCE_COMMAND_EXIT_STATUS_H_

namespace proctor {

inline constexpr int kExitAsExpected = 0;
inline constexpr int kExitViolation = 1;
inline constexpr int kExitInconclusive = 2;
inline constexpr int kExitFailed = 3;
inline constexpr int kExitWrongUsage = 64;

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_EXIT_STATUS_H_
