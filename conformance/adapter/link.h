// The harness's side of one adapter process: the process, the pipes to it and from it, and those of
// the scenario's descriptors. Text goes in, whole lines come out, always before a deadline.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_LINK_H_
#define PROCTOR_CONFORMANCE_ADAPTER_LINK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/adapter/line_buffer.h"
#include "conformance/adapter/outside.h"
#include "conformance/process/pipe.h"
#include "conformance/process/process.h"
#include "conformance/process/stop_request.h"

namespace proctor {

class AdapterLink {
 public:
  // Waits end early where `stop` is made; null: never.
  explicit AdapterLink(const StopRequest* stop) : stop_(stop) {}

  // Starts the process, gated (process.h), with `descriptors` pipes of the scenario's. False:
  // `error` is one line.
  bool Start(const std::vector<std::string>& argv, std::vector<std::string> set_env,
             int32_t descriptors, std::string& error);

  // Null before Start.
  Process* process() { return process_.get(); }

  // The writing ends of the scenario's descriptors.
  std::vector<int> WritingEnds() const;

  // Gives up after 20 s: that the adapter is gone, or does not read, shows when it is read from.
  void Send(std::string_view text);
  void CloseInput() { to_adapter_.write.Close(); }

  enum class Reading {
    kLine,
    kDeadline,  // it has passed
    kTooLong,   // a line of more than kLineBytesMost
    kClosed,    // the adapter closed its end and does not end itself
    kEnded,     // the process has ended: nothing more will come
    kStopped,   // `stop` was made
    kInVain,    // `is_in_vain` said so
  };
  // The next line. Meanwhile what is due of `outside` happens; null: there is none. A process that
  // closed its end has `exit_ms` to end. Where nothing comes, `is_in_vain` is asked every 100 ms
  // whether to go on waiting; it may be empty.
  Reading ReadLine(int64_t deadline_ns, int64_t exit_ms, OutsideSchedule* outside,
                   std::string& line, const std::function<bool()>& is_in_vain);

  // Whether there is anything that was not read; once the process has ended.
  bool HasMore();

  // Reads and forgets, until the deadline or the process's end.
  void Drain(int64_t deadline_ns, int64_t exit_ms);

  // Ends the process and its group.
  void Kill() { process_.reset(); }

 private:
  Reading ReadMore(int64_t deadline_ns, int64_t exit_ms, OutsideSchedule* outside,
                   const std::function<bool()>& is_in_vain);
  Reading OnNoMore(int64_t deadline_ns, int64_t exit_ms);

  bool StopMade() const { return stop_ != nullptr && stop_->made(); }

  const StopRequest* const stop_;
  Pipe to_adapter_;
  Pipe from_adapter_;
  std::vector<Pipe> descriptors_;
  std::unique_ptr<Process> process_;
  LineBuffer buffer_;
  int late_reads_ = 0;  // after a stop or a deadline
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_LINK_H_
