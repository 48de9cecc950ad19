// A monitor that knows what its cycle has done so far, for mutants that deviate after it.
//
// Thread safety: none; the monitor's thread only.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_NOTING_MONITOR_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_NOTING_MONITOR_H_

#include <cstdint>

#include "conformance/implementations/reference/mutants/pass_through_host.h"
#include "runtime/sysmon/sysmon.h"

namespace proctor::mutants {

struct NotingHost : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool Sleep(int64_t duration_ns) override {
    slept_deep = woken = polled = false;
    ++cycles;
    return host_.Sleep(duration_ns);
  }
  bool SleepOnNote(int64_t timeout_ns) override {
    slept_deep = true;
    return woken = host_.SleepOnNote(timeout_ns);
  }
  runtime::ReadyList Poll(int64_t timeout_ns) override {
    polled = true;
    return host_.Poll(timeout_ns);
  }

  int64_t cycles = 0;
  bool slept_deep = false;  // in this cycle
  bool woken = false;       // and was woken up
  bool polled = false;
};

class NotingMonitor : public runtime::Monitor {
 public:
  NotingMonitor(runtime::Host& host, const runtime::Constants& constants)
      : Monitor(note_, constants), note_(host, constants) {}

 protected:
  NotingHost note_;
};

// A host whose collector looks as the change makes it look.
template <auto change>
struct CollectorSeen : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  runtime::CollectorState Collector() override {
    runtime::CollectorState state = host_.Collector();
    change(state, constants_);
    return state;
  }
};

}  // namespace proctor::mutants

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_NOTING_MONITOR_H_
