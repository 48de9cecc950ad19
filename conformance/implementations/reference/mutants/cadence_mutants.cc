// Mutants of the shallow sleep: CAD, ID-4.

#include <algorithm>

#include "conformance/implementations/reference/mutants/groups.h"
#include "conformance/implementations/reference/mutants/noting_monitor.h"
#include "conformance/implementations/reference/mutants/pass_through_host.h"

namespace proctor::mutants {
namespace {

using runtime::Constants;
using runtime::Monitor;
using enum ClauseId;

struct SleepOfZero : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool Sleep(int64_t) override { return host_.Sleep(0); }
};

struct SleepInWrongUnit : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool Sleep(int64_t duration_ns) override { return host_.Sleep(duration_ns * 1'000); }
};

struct SleepsTwice : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool Sleep(int64_t duration_ns) override {
    return host_.Sleep(duration_ns) && host_.Sleep(duration_ns);
  }
};

struct Linear : Monitor {
  using Monitor::Monitor;
  int64_t NextDelayNs() override {
    const int64_t before_ns = delay_ns_;
    if (Monitor::NextDelayNs() > before_ns && idle_ > 0) {
      delay_ns_ = std::min(before_ns + constants_.shallow_min_ns, constants_.shallow_max_ns);
    }
    return delay_ns_;
  }
};

struct KeptOnTake : Monitor {
  using Monitor::Monitor;
  void CountIdle(int32_t) override { Monitor::CountIdle(0); }
};

// What a deep sleep does to the cadence, in other ways.
struct KeptOnWakeUp : Monitor {
  using Monitor::Monitor;
  void SleepDeepIfIdle() override {
    const int64_t idle = idle_;
    const int64_t delay_ns = delay_ns_;
    Monitor::SleepDeepIfIdle();
    idle_ = idle;
    delay_ns_ = delay_ns;
  }
};

struct ResetOnTimeout : NotingMonitor {
  using NotingMonitor::NotingMonitor;
  void SleepDeepIfIdle() override {
    NotingMonitor::SleepDeepIfIdle();
    if (note_.slept_deep) idle_ = 0;
  }
};

struct WakeUpCycleUncounted : NotingMonitor {
  using NotingMonitor::NotingMonitor;
  void CountIdle(int32_t taken) override {
    if (taken != 0 || !note_.woken) Monitor::CountIdle(taken);
  }
};

struct DeepCyclesUncounted : NotingMonitor {
  using NotingMonitor::NotingMonitor;
  void CountIdle(int32_t taken) override {
    if (taken != 0 || !note_.slept_deep || note_.woken) Monitor::CountIdle(taken);
  }
};

struct ResetByInjection : Monitor {
  using Monitor::Monitor;
  void InjectReady(const runtime::ReadyList& ready) override {
    Monitor::InjectReady(ready);
    injected_ = true;
  }
  void CountIdle(int32_t taken) override {
    Monitor::CountIdle(taken);
    if (injected_) idle_ = 0;
    injected_ = false;
  }
  bool injected_ = false;
};

struct ResetByPreemption : Monitor {
  using Monitor::Monitor;
  bool PreemptIfExpired(int32_t processor, int64_t now_ns) override {
    const bool expired = Monitor::PreemptIfExpired(processor, now_ns);
    preempted_ = preempted_ || expired;
    return expired;
  }
  void CountIdle(int32_t taken) override {
    Monitor::CountIdle(taken);
    if (preempted_) idle_ = 0;
    preempted_ = false;
  }
  bool preempted_ = false;
};

struct ResetByScavenger : Monitor {
  using Monitor::Monitor;
  void KickScavenger() override {
    kicked_ = host_.ScavengerAskedFor();
    if (kicked_) host_.WakeScavenger();
  }
  void CountIdle(int32_t taken) override {
    Monitor::CountIdle(taken);
    if (kicked_) idle_ = 0;
  }
  bool kicked_ = false;
};

struct ResetByCollection : Monitor {
  using Monitor::Monitor;
  void ForceCollection(int64_t now_ns) override {
    if (CollectionIsDue(now_ns) && host_.HelperIdle()) idle_ = 0;
    Monitor::ForceCollection(now_ns);
  }
};

constexpr MonitorMutant kMutants[] = {
    {.name = "sleep_of_zero",
     .clause = kCAD_8,
     .text = "every shallow sleep is one of 0 ns",
     .origin = "golang/go#21518",
     .run = RunBehind<SleepOfZero>},
    {.name = "sleep_in_wrong_unit",
     .clause = kCAD_8,
     .text = "the shallow sleep is a thousand times as long as meant",
     .origin = "golang/go#56374, golang/go#71714",
     .run = RunBehind<SleepInWrongUnit>},
    {.name = "no_cap",
     .clause = kID_4,
     .text = "the shallow sleep doubles for ever",
     .run = RunWith<[](Constants& c) { c.shallow_max_ns = INT64_MAX / 4; }>},
    {.name = "sleeps_twice",
     .clause = kCAD_1,
     .text = "a cycle begins with two shallow sleeps",
     .run = RunBehind<SleepsTwice>},
    {.name = "doubles_too_early",
     .clause = kCAD_2,
     .text = "the shallow sleep doubles after 50 cycles instead of 51",
     .run = RunWith<[](Constants& c) { --c.flat_cycles; }>},
    {.name = "doubles_too_late",
     .clause = kCAD_2,
     .text = "the shallow sleep doubles after 52 cycles instead of 51",
     .run = RunWith<[](Constants& c) { ++c.flat_cycles; }>},
    {.name = "grows_linearly",
     .clause = kCAD_2,
     .text = "the shallow sleep grows by its least value instead of doubling",
     .run = Run<Linear>},
    {.name = "idle_kept_on_take",
     .clause = kCAD_3,
     .text = "a cycle that took a P counts as idle",
     .run = Run<KeptOnTake>},
    {.name = "idle_kept_on_wake_up",
     .clause = kCAD_4,
     .text = "a wake-up from deep sleep does not reset the cadence",
     .run = Run<KeptOnWakeUp>},
    {.name = "wake_up_cycle_uncounted",
     .clause = kCAD_4,
     .text = "51 short sleeps instead of 50 follow a wake-up",
     .run = Run<WakeUpCycleUncounted>},
    {.name = "idle_reset_on_timeout",
     .clause = kCAD_5,
     .text = "a deep sleep that timed out resets the cadence, too",
     .run = Run<ResetOnTimeout>},
    {.name = "idle_reset_by_injection",
     .clause = kCAD_6,
     .text = "injecting ready tasks resets the cadence",
     .run = Run<ResetByInjection>},
    {.name = "idle_reset_by_preemption",
     .clause = kCAD_6,
     .text = "a preemption request resets the cadence",
     .run = Run<ResetByPreemption>},
    {.name = "idle_reset_by_scavenger",
     .clause = kCAD_6,
     .text = "kicking the scavenger resets the cadence",
     .run = Run<ResetByScavenger>},
    {.name = "idle_reset_by_collection",
     .clause = kCAD_6,
     .text = "forcing a collection resets the cadence",
     .run = Run<ResetByCollection>},
    {.name = "deep_cycles_uncounted",
     .clause = kCAD_7,
     .text = "cycles whose deep sleep timed out do not count as idle",
     .run = Run<DeepCyclesUncounted>},
};

}  // namespace

std::span<const MonitorMutant> OfCadence() { return kMutants; }

}  // namespace proctor::mutants
