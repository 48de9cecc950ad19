// What a process has that outlives a function: where it is, its environment, what signals do to it,
// its limits, its threads and its children. Two descriptions, one before and one after, say what
// was changed in between.
//
// Thread safety: none; looks at the whole process, and puts all of it back.

#ifndef PROCTOR_CONFORMANCE_SUITE_PROCESS_STATE_H_
#define PROCTOR_CONFORMANCE_SUITE_PROCESS_STATE_H_

#include <sys/stat.h>

#include <array>
#include <csignal>
#include <map>
#include <string>
#include <vector>

namespace proctor {

class ProcessState {
 public:
  // Remembers how the process is when it is made.
  ProcessState();
  ~ProcessState();
  ProcessState(const ProcessState&) = delete;
  ProcessState& operator=(const ProcessState&) = delete;

  // What is otherwise now, a line each. What can be put back is: files, working directory,
  // environment, signals.
  std::vector<std::string> Changes() const;

 private:
  // Standard input, output and error.
  struct StandardFile {
    int copy = -1;
    struct stat file = {};
  };
  void PutFilesBack(std::vector<std::string>& changes) const;
  void PutEnvironmentBack(std::vector<std::string>& changes) const;
  void PutSignalsBack(std::vector<std::string>& changes) const;

  std::array<StandardFile, 3> files_;
  int directory_ = -1;
  std::map<std::string, std::string> environment_;
  std::map<int, struct sigaction> signals_;
  sigset_t blocked_ = {};
  std::map<std::string, std::string> figures_;  // by name: limits, CPUs, timers ...
  int64_t threads_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SUITE_PROCESS_STATE_H_
