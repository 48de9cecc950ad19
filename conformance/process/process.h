// A child process: started with exactly the descriptors asked for, waited for with a deadline, and
// gone when its object is gone.
//
// A gated child waits before its first instruction of the new program until Release, so that an
// observer can attach first. The child leads a process group of its own; killing ends the whole
// group.
//
// Errors: `error` is one line that names the program and the remedy. Nothing here throws. A gated
// child whose program turns out not to start (it is no executable, say) writes that line to its
// standard error and ends with status 127.
//
// Thread safety: none; all calls from the thread that called Spawn. (Another thread may trace the
// child meanwhile: waiting here never takes a tracer's notifications away.)

#ifndef PROCTOR_CONFORMANCE_PROCESS_PROCESS_H_
#define PROCTOR_CONFORMANCE_PROCESS_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace proctor {

class Process {
 public:
  struct Options {
    std::vector<std::string> argv;       // argv[0] is looked up on PATH when it has no slash
    std::vector<std::string> set_env;    // "NAME=value", on top of this process's environment
    std::vector<std::string> unset_env;  // "NAME"
    std::vector<std::pair<int, int>>
        descriptors;        // {ours, the child's number}; all others but 0-2 are closed
    std::string directory;  // empty: ours
    bool gated = false;
    bool capture_output = false;  // standard output and error go to captured(); else they are ours
    bool null_input = true;       // standard input is /dev/null; else it is ours
  };

  static std::unique_ptr<Process> Spawn(const Options& options, std::string& error);

  // Kills the group if the child is still there, and reaps it.
  ~Process();

  pid_t pid() const;
  int pidfd() const;  // readable once the child has ended

  // Lets a gated child go on. Once.
  void Release();

  // Waits until the child has ended or `deadline_ns` (CLOCK_MONOTONIC) has passed. The status is
  // the exit status, or 128 + the signal. nullopt: still running.
  std::optional<int> Wait(int64_t deadline_ns);

  void Signal(int signal);       // to the child only
  void SignalGroup(int signal);  // to its whole group

  // What the child has written so far to standard output and error, at most the last 64 KiB; needs
  // capture_output. Once Wait has returned its status, that is all that it wrote.
  std::string captured();

 private:
  struct State;
  explicit Process(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// CLOCK_MONOTONIC, in nanoseconds.
int64_t MonotonicNowNs();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_PROCESS_H_
