// Files and folders that must not outlive this program: they are removed by who made them, or all
// at once where it ends in haste.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_PROCESS_TEMPORARY_PATHS_H_
#define PROCTOR_CONFORMANCE_PROCESS_TEMPORARY_PATHS_H_

#include <string>

namespace proctor {

void AddTemporaryPath(const std::string& path);

// It is gone, or has come to stay.
void ForgetTemporaryPath(const std::string& path);

// Removes all that were added and not forgotten, with what is in them.
void RemoveTemporaryPaths();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_TEMPORARY_PATHS_H_
