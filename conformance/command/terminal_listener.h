// What a campaign says while it runs, on the terminal.
//
// Thread safety: as its users'.

#ifndef PROCTOR_CONFORMANCE_COMMAND_TERMINAL_LISTENER_H_
#define PROCTOR_CONFORMANCE_COMMAND_TERMINAL_LISTENER_H_

#include <string_view>

#include "conformance/campaign/listener.h"
#include "conformance/command/output.h"
#include "conformance/process/stop_request.h"

namespace proctor {

class TerminalListener : public Listener {
 public:
  explicit TerminalListener(const StopRequest& stop) : stop_(stop) {}
  void OnProgress(std::string_view line) override { ShowProgress(line); }
  void OnNote(std::string_view line) override { Say(line); }
  const StopRequest* stop() const override { return &stop_; }

 private:
  const StopRequest& stop_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_TERMINAL_LISTENER_H_
