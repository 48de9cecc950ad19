// The exit statuses of the command and of the suite. The first four follow from the results.
//
// Thread safety: constants.

#ifndef PROCTOR_CONFORMANCE_REPORT_EXIT_STATUS_H_
#define PROCTOR_CONFORMANCE_REPORT_EXIT_STATUS_H_

namespace proctor {

inline constexpr int kExitAsExpected = 0;
inline constexpr int kExitViolation = 1;
inline constexpr int kExitInconclusive = 2;  // or asked for and not judged
inline constexpr int kExitFailed = 3;
inline constexpr int kExitWrongUsage = 64;

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_EXIT_STATUS_H_
