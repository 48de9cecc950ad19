// A child process: started with exactly the descriptors asked for, waited for with a deadline, and
// gone when its object is gone, with all that it started: whatever sessions and groups its own
// children have made for themselves, and also when this process is ended by SIGKILL. A small
// process between the two does that (keeper.h).
//
// A gated child waits before its first instruction of the new program until Release, so that an
// observer can attach first. The child leads a process group of its own.
//
// Errors: `error` is one line that names the program and the remedy. Nothing here throws. A gated
// child whose program turns out not to start (it is no executable, say) ends with status 127; the
// line is start_error(), and stands in captured() too.
//
// Thread safety: none, but for EndAll, which any thread may call. Another thread may trace the
// child meanwhile.

#ifndef PROCTOR_CONFORMANCE_PROCESS_PROCESS_H_
#define PROCTOR_CONFORMANCE_PROCESS_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/process/stop_request.h"

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

  // Ends the child, if it is still there, and all that it started.
  ~Process();

  // Does that for all objects there are, before this process ends in haste: their owners need not
  // get to run again. Returns when nothing is left, or after some seconds.
  static void EndAll();

  pid_t pid() const;
  int pidfd() const;  // readable once the child has ended

  // Lets a gated child go on. Once.
  void Release();

  // Waits until the child has ended or `deadline_ns` (CLOCK_MONOTONIC) has passed. The status is
  // the exit status, or 128 + the signal. nullopt: still running, also where `stop` was made.
  std::optional<int> Wait(int64_t deadline_ns, const StopRequest* stop = nullptr);

  // The same for one that was told to end, where the kernel may hold it up on its way out: it has
  // kEndingNsMost more, once nothing but that is missing at the deadline.
  std::optional<int> WaitForEnd(int64_t deadline_ns, const StopRequest* stop = nullptr);
  static constexpr int64_t kEndingNsMost = 120'000'000'000;

  // Once Wait has returned the status of a gated child: why its program could not be started;
  // empty: it was. Once.
  std::string start_error() const;

  // Whether the child, or something that it started, still lives.
  bool HasLiving() const;

  // Sends a signal to the child and to all that it started; false: some still live at the deadline.
  bool EndBySignal(int signal, int64_t deadline_ns);

  void Signal(int signal);       // to the child only
  void SignalGroup(int signal);  // to its whole group

  // What the child has written so far to standard output and error, at most its first 16 KiB and
  // its last 48; needs capture_output. Once Wait has returned its status, that is all that it
  // wrote.
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
