// Who follows a campaign: it is shown how far the campaign has come, hears what a user must know,
// and may end it early.
//
// Thread safety: a campaign calls from the thread that runs it, and stop from any of its threads.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_LISTENER_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_LISTENER_H_

#include <string_view>

#include "conformance/process/stop_request.h"

namespace proctor {

class Listener {
 public:
  virtual ~Listener() = default;

  // What is being done now: "[3/20] idle".
  virtual void OnProgress(std::string_view line) { (void)line; }
  // One line that a user must see.
  virtual void OnNote(std::string_view line) { (void)line; }
  // Once it is made nothing more is started, what runs is ended at once, and what was gathered is
  // reported. nullptr: never.
  virtual const StopRequest* stop() const { return nullptr; }

  bool Stopped() const { return stop() != nullptr && stop()->made(); }
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_LISTENER_H_
