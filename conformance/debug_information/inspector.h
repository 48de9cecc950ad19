// The inspector: turns the stops of a traced monitor thread into evidence of tier D.
//
// At each stop it reads the variables of the layout and emits those that changed, as write events
// of nobody, and a snapshot. Hardware breakpoints in the monitor's thread alone stop it where it
// begins a hand-off, a preemption request, an injection ...; these become events too. With four of
// them for more functions, which are set follows the monitor's way through its cycle: one that
// cannot be reached now makes room. On its way into a deep sleep and out of it they watch what the
// monitor reads and writes there; each such access becomes a read or write event of the monitor's.
//
// Thread safety: none; on the thread that traces, while the monitor's thread stands.

#ifndef PROCTOR_CONFORMANCE_DEBUG_INFORMATION_INSPECTOR_H_
#define PROCTOR_CONFORMANCE_DEBUG_INFORMATION_INSPECTOR_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/debug_information/hardware_breakpoints.h"
#include "conformance/debug_information/layout.h"
#include "conformance/debug_information/snapshot_reader.h"
#include "conformance/evidence/event.h"

namespace proctor {

class Inspector {
 public:
  using Sink = std::function<void(const Event&)>;

  // `breakpoints`: without them there are snapshots only; a process that must survive the sudden
  // end of its tracer must have none. nullptr: `error` (the process runs another program).
  static std::unique_ptr<Inspector> Attach(std::shared_ptr<const Layout> layout, pid_t process,
                                           pid_t monitor, bool breakpoints, Sink sink,
                                           std::string& error);
  ~Inspector();

  // The thread stands at the beginning, or the end, of a system call. Variables that can no longer
  // be read are a gap.
  void OnEntry(int64_t time_ns);
  void OnExit(int64_t time_ns);

  // What that system call is; becomes evidence of tier D too. Follows OnEntry or OnExit.
  void OnEvent(const Event& event);

  // The thread was stopped by SIGTRAP; true: by a breakpoint of ours, so it must not hear of it.
  bool OnTrap(int64_t time_ns);

  // No stop of the thread will come any more.
  void Detach();

  // The kinds of events that it adds to those of an observer.
  static EventKinds Emits();

 private:
  Inspector(std::shared_ptr<const Layout> layout, pid_t process, pid_t monitor, bool breakpoints,
            uint64_t bias, Sink sink);

  bool TakeSnapshot(int64_t time_ns);
  void EmitChanges(int64_t time_ns);
  void EmitWrite(int64_t time_ns, Variable variable, int32_t p, int64_t value);
  bool Settle();
  void BeginCycle();
  void Arm(int slot, EventKind kind);
  void ArmReturn();
  void Disarm(int slot);
  const Place* PlaceOf(Variable variable) const;
  void Watch(int slot, Variable variable, HardwareBreakpoints::On on);
  void WatchTheWayDown();
  void OnWatched(int slot, int64_t time_ns);
  int64_t ValueOf(Variable variable) const;
  bool MaySleepDeep() const;
  const PlacedEvent* Find(EventKind kind) const;
  Event AtFunction(const PlacedEvent& placed, int64_t time_ns) const;
  int64_t Watching() const;

  const std::shared_ptr<const Layout> layout_;
  const pid_t process_;
  const pid_t monitor_;
  const uint64_t bias_;
  const Sink sink_;
  SnapshotReader reader_;
  HardwareBreakpoints breakpoints_;
  bool has_breakpoints_;

  bool read_ = false;  // a snapshot, at least
  Snapshot last_;
  Snapshot next_;
  std::optional<EventKind> armed_[HardwareBreakpoints::kSlots];
  std::optional<Variable> watched_[HardwareBreakpoints::kSlots];
  bool return_armed_ = false;
  std::optional<WakeCause> cause_;  // of the deep sleep that ended last
  int64_t cycle_ = 0;
  int64_t ways_down_ = 0;  // cycles that may have had a deep sleep
  bool closely_ = false;   // this one is watched on its way down
  // It stands where no function is called that makes room for what is watched.
  bool at_own_access_ = false;
  int64_t adjustments_ = 0;  // in this cycle
  bool many_adjustments_ = false;
  bool took_or_injected_ = false;  // in this cycle
  bool sleeps_ = false;            // in its shallow or deep sleep
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_DEBUG_INFORMATION_INSPECTOR_H_
