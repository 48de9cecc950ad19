// The names of the threads of an adapter's process while it runs, looked at again and again.
//
// Thread safety: none; one thread at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_THREAD_NAMES_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_THREAD_NAMES_H_

#include <sys/types.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/adapter/driver.h"

namespace proctor {

class ThreadNames {
 public:
  // Empty: nothing is looked for.
  explicit ThreadNames(std::string name) : name_(std::move(name)) {}

  // As RunOptions::on_process: begins, or with 0 ends.
  void Watch(pid_t process);

  // Whether the process was looked at often enough while the scenario ran, and no thread ever had
  // the name. After Watch(0).
  bool ShowThatItIsMissing(const Run& run) const;

 private:
  void Look(const std::stop_token& stop, pid_t process);

  const std::string name_;
  std::vector<int64_t> looked_ns_;  // when, on CLOCK_MONOTONIC
  bool found_ = false;
  std::jthread thread_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_THREAD_NAMES_H_
