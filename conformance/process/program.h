// Programs by name, as execvp would find them.
//
// Thread safety: all functions may be called from any thread that does not change PATH meanwhile.

#ifndef PROCTOR_CONFORMANCE_PROCESS_PROGRAM_H_
#define PROCTOR_CONFORMANCE_PROCESS_PROGRAM_H_

#include <string>
#include <vector>

namespace proctor {

// The folders of PATH, in order; empty ones are left out.
std::vector<std::string> PathFolders();

// An executable file. (A folder is executable too, and many a home has one called go.)
bool IsProgram(const std::string& path);

// The first program of this name on PATH; empty: there is none.
std::string FindOnPath(const std::string& name);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_PROGRAM_H_
