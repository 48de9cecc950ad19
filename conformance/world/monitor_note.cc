#include "conformance/world/monitor_note.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void MonitorNote::Clear() {
  Trace(EventKind::kNoteClear, kMonitorM);
  woken_ = false;
}

void MonitorNote::SetWaits(bool waits) {
  TraceWrite(kMonitorM, Variable::kMonitorWaits, waits_ = waits);
}

void MonitorNote::WakeUnduly(int32_t m) {
  if (!waits_) return;
  TraceWrite(m, Variable::kMonitorWaits, waits_ = false);
  Trace(EventKind::kNoteWake, m, kNobody, kNobody, static_cast<int64_t>(Waker::kExitFast));
  woken_ = true;
}

void MonitorNote::WakeUnderSched(int32_t m, Waker waker) {
  if (waker == Waker::kStartTheWorld && Deviates(Deviation::kStartForgetsToWake)) return;
  if ((waker == Waker::kExitFast || waker == Waker::kExitSlow) &&
      Deviates(Deviation::kExitForgetsToWake)) {
    return;
  }
  if (waker == Waker::kEnter && Deviates(Deviation::kEnterTrustsFirstTest)) {
    // Woken on the strength of the look without the lock.
  } else {
    TraceRead(m, Variable::kMonitorWaits, waits_);
    if (!waits_) return;
  }
  if (!Deviates(Deviation::kWakeWithoutClearing)) {
    TraceWrite(m, Variable::kMonitorWaits, waits_ = false);
  }
  Trace(EventKind::kNoteWake, m, kNobody, kNobody, static_cast<int64_t>(waker));
  woken_ = true;
  if (waker == Waker::kEnter && Deviates(Deviation::kWakeTwice)) {
    Trace(EventKind::kNoteWake, m, kNobody, kNobody, static_cast<int64_t>(waker));
  }
}

}  // namespace proctor
