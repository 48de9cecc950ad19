// The virtual runtime and everything around it: the world's half of the contract, made of parts
// that stand in a file each. Internal to the world.
//
// Everything runs on the monitor's stack, inside the monitor's calls. After the end of the world
// nothing is traced any more and every call returns at once, so that a monitor that listens can
// return.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_VIRTUAL_RUNTIME_H_
#define PROCTOR_CONFORMANCE_WORLD_VIRTUAL_RUNTIME_H_

#include <cstdint>
#include <string>

#include "conformance/world/channels.h"
#include "conformance/world/choices.h"
#include "conformance/world/collector_calls.h"
#include "conformance/world/collector_cycle.h"
#include "conformance/world/deadlock_check.h"
#include "conformance/world/dispatcher.h"
#include "conformance/world/edges.h"
#include "conformance/world/event_loop.h"
#include "conformance/world/hand_off.h"
#include "conformance/world/injection.h"
#include "conformance/world/knobs.h"
#include "conformance/world/locks.h"
#include "conformance/world/monitor_calls.h"
#include "conformance/world/monitor_note.h"
#include "conformance/world/monitor_sleep.h"
#include "conformance/world/own_tasks.h"
#include "conformance/world/poll_calls.h"
#include "conformance/world/poller.h"
#include "conformance/world/preemption.h"
#include "conformance/world/processors.h"
#include "conformance/world/programs.h"
#include "conformance/world/resize.h"
#include "conformance/world/run_queues.h"
#include "conformance/world/stop_the_world.h"
#include "conformance/world/surroundings.h"
#include "conformance/world/syscalls.h"
#include "conformance/world/task_lock.h"
#include "conformance/world/task_search.h"
#include "conformance/world/tasks.h"
#include "conformance/world/threads.h"
#include "conformance/world/timers.h"
#include "conformance/world/world.h"
#include "conformance/world/world_trace.h"

namespace proctor {

// What a run is to be.
struct Setup {
  const Scenario& scenario;
  const WorldOptions& options;
  const Knobs knobs;
  const Tunables tunables;
  const bool by_task_lock;
};

class VirtualRuntime {
 public:
  VirtualRuntime(const Scenario& scenario, const WorldOptions& options, const Knobs& knobs,
                 EventSink& sink);
  VirtualRuntime(const VirtualRuntime&) = delete;
  VirtualRuntime& operator=(const VirtualRuntime&) = delete;

  // The process with its first thread, up to the monitor's start.
  void Start();
  // The first end counts.
  void Finish(WorldEnd end, std::string message);
  bool ended() const { return trace.ended(); }
  WorldRun run() const;

  const Setup setup;
  Choices choices;
  WorldTrace trace;

  EventLoop loop{*this};
  Dispatcher dispatcher{*this};
  Surroundings surroundings{*this};
  Locks locks{*this};

  Tasks tasks{*this};
  Threads threads{*this};
  Processors processors{*this};
  RunQueues queues{*this};
  TaskSearch search{*this};
  Programs programs{*this};
  Channels channels{*this};
  Timers timers{*this};
  Poller poller{*this};
  Injection injection{*this};
  Syscalls syscalls{*this};
  HandOff hand_off{*this};
  Preemption preemption{*this};
  StopTheWorld stop{*this};
  Resize resize{*this};
  CollectorCycle collector{*this};
  OwnTasks own_tasks{*this};
  DeadlockCheck deadlock{*this};

  MonitorNote note{*this};
  Edges edges{*this};
  MonitorSleep sleep{*this};
  MonitorCalls calls{*this};
  TaskLock task_lock{*this};
  PollCalls poll_calls{*this};
  CollectorCalls collector_calls{*this};

 private:
  WorldEnd end_ = WorldEnd::kDone;
  std::string message_;
  int64_t virtual_ns_ = 0;
};

// Every step of every part goes through these.

inline void Part::Trace(EventKind kind, int32_t m, int32_t p, int64_t g, int64_t a, int64_t b,
                        int64_t c) const {
  w_.trace.Add(w_.loop.now_ns(), kind, m, p, g, a, b, c);
}
inline void Part::TraceRead(int32_t m, Variable variable, int64_t value, int32_t p) const {
  Trace(EventKind::kRead, m, p, kNobody, static_cast<int64_t>(variable), value);
}
inline void Part::TraceWrite(int32_t m, Variable variable, int64_t value, int32_t p,
                             int64_t g) const {
  Trace(EventKind::kWrite, m, p, g, static_cast<int64_t>(variable), value);
}
inline void Part::TraceSwap(int32_t m, Variable variable, int64_t expected, int64_t value, bool won,
                            int32_t p) const {
  Trace(won ? EventKind::kSwap : EventKind::kLostSwap, m, p, kNobody,
        static_cast<int64_t>(variable), expected, value);
}
inline bool Part::ended() const { return w_.trace.ended(); }
inline int64_t Part::now_ns() const { return w_.loop.now_ns(); }
inline bool Part::Deviates(Deviation deviation) const {
  return w_.setup.options.deviation == deviation;
}
inline M& Part::ThreadOf(int32_t m) const { return w_.threads.At(m); }
inline P& Part::ProcessorOf(int32_t p) const { return w_.processors.At(p); }
inline G& Part::TaskAt(int32_t g) const { return w_.tasks.At(g); }
inline G& Part::TaskOf(int32_t m) const { return TaskAt(ThreadOf(m).g); }
inline void Part::Take(LockId lock, int32_t m) const { w_.locks.Take(lock, m); }
inline void Part::Drop(LockId lock, int32_t m) const { w_.locks.Drop(lock, m); }
inline void Part::Then(int32_t m, Step step, int64_t delay_ns) const {
  w_.loop.Then(m, step, delay_ns);
}
inline void Part::SetStep(int32_t m, Step step) const { w_.loop.SetStep(m, step); }
inline int64_t MonitorCalls::ReadVariable(Variable variable, int64_t value, int32_t p) {
  TraceRead(kMonitorM, variable, value, p);
  return value;
}
inline void Edges::See(int32_t p, Sighting Sightings::* kind, uint32_t tick) {
  if (w_.setup.knobs.edge_permille != 0) Remember(p, kind, tick);
}
inline void Edges::SeeScheduleTick(int32_t p, uint32_t tick) { See(p, &Sightings::schedule, tick); }
inline void Edges::SeeSyscallTick(int32_t p, uint32_t tick) { See(p, &Sightings::syscall, tick); }
inline void MonitorSleep::BeforeCall() {
  if (++calls_since_sleep_ > kCallsPerCycleMost) return EndSleepless();
  w_.loop.RunRacers();
}
inline void Part::Misuse(const std::string& what) const { w_.calls.Misuse(what); }

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_VIRTUAL_RUNTIME_H_
