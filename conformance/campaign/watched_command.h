// The command that an observation starts: held until somebody watches it, ended when the time is
// up, and its own exit status.
//
// Thread safety: none; one thread at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_WATCHED_COMMAND_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_WATCHED_COMMAND_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/campaign/listener.h"
#include "conformance/process/process.h"

namespace proctor {

// Until the process behind the descriptor has ended, the time is up, or the listener has asked to
// stop. The listener is shown how much is left.
void WaitWhileObserving(int pidfd, int64_t for_ms, Listener& listener);

class WatchedCommand {
 public:
  // Null: it cannot be started, `error`.
  static std::unique_ptr<WatchedCommand> Start(const std::vector<std::string>& argv,
                                               std::string& error);

  pid_t pid() const { return process_->pid(); }
  int pidfd() const { return process_->pidfd(); }
  void Release() { process_->Release(); }

  // Where it still runs it is asked to end by SIGTERM, with all that it started, and ended by
  // SIGKILL 5 s later. Returns the line that tells the user so; empty: it had ended by itself.
  // `interrupted`: it is ended since the user asked for that, not since the time is up.
  std::string End(bool interrupted);

  // The exit status, or 128 + the signal, where it ended by itself. After End.
  const std::optional<int>& status() const { return status_; }

  // Why its program could not be started; empty: it was. After End.
  std::string start_error() const { return process_->start_error(); }

 private:
  explicit WatchedCommand(std::unique_ptr<Process> process) : process_(std::move(process)) {}

  std::unique_ptr<Process> process_;
  std::optional<int> status_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_WATCHED_COMMAND_H_
