// The command that `observe -- COMMAND` starts: held until somebody watches it, ended when the time
// is up, and its own exit status.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_WATCHED_COMMAND_H_
#define PROCTOR_CONFORMANCE_COMMAND_WATCHED_COMMAND_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/process/process.h"
#include "conformance/process/stop_request.h"

namespace proctor {

// Until the process behind the descriptor has ended, the time is up, or the user has asked to stop;
// says how much is left meanwhile.
void WaitWhileObserving(int pidfd, int64_t for_ms, const StopRequest& stop);

class WatchedCommand {
 public:
  // Null: it cannot be started, `error`.
  static std::unique_ptr<WatchedCommand> Start(const std::vector<std::string>& argv,
                                               std::string& error);

  pid_t pid() const { return process_->pid(); }
  int pidfd() const { return process_->pidfd(); }
  void Release() { process_->Release(); }

  // Where it still runs it is asked to end by SIGTERM, with all that it started, and ended by
  // SIGKILL 5 s later, and that is said.
  void End(const StopRequest& stop);

  // The exit status, or 128 + the signal, where it ended by itself. After End.
  const std::optional<int>& status() const { return status_; }

  // Why its program could not be started; empty: it was. After End.
  std::string start_error() const { return process_->start_error(); }

  // The exit status for who runs a command by way of this one: the command's own where it was not
  // 0, unless `status` says more. `graded`: it says something about a monitor.
  int PassOn(int status, bool graded) const;

 private:
  explicit WatchedCommand(std::unique_ptr<Process> process) : process_(std::move(process)) {}

  std::unique_ptr<Process> process_;
  std::optional<int> status_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_WATCHED_COMMAND_H_
