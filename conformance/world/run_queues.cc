#include "conformance/world/run_queues.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

// A local queue holds this many tasks, run-next aside; half of a full one moves to the global
// queue.
constexpr int32_t kLocalQueueMost = 256;

}  // namespace

// By a thread with a processor: the task comes next there, unless somebody else is free for it.
void RunQueues::MakeReady(int32_t m, int32_t g) {
  w_.tasks.SetStatus(m, TaskAt(g), TaskStatus::kRunnable);
  PutLocal(m, ThreadOf(m).p, g, true);
  w_.threads.WakeProcessor(m);
}

void RunQueues::PutLocal(int32_t m, int32_t p, int32_t g, bool next) {
  P& processor = ProcessorOf(p);
  if (next) {
    const int32_t kicked_out = processor.next;
    if (kicked_out != kNobody) {
      Trace(EventKind::kDequeue, m, p, TaskAt(kicked_out).id, static_cast<int64_t>(Queue::kNext));
    }
    processor.next = g;
    Trace(EventKind::kEnqueue, m, p, TaskAt(g).id, static_cast<int64_t>(Queue::kNext));
    if (kicked_out == kNobody) return;
    g = kicked_out;
  }
  if (processor.queue.size() >= kLocalQueueMost) {
    Take(LockId::kSched, m);
    for (int32_t i = 0; i < kLocalQueueMost / 2; ++i) {
      const int32_t moved = processor.queue.Pop();
      Trace(EventKind::kDequeue, m, p, TaskAt(moved).id, static_cast<int64_t>(Queue::kLocal));
      PutGlobal(m, moved);
    }
    Drop(LockId::kSched, m);
  }
  processor.queue.Append(g);
  Trace(EventKind::kEnqueue, m, p, TaskAt(g).id, static_cast<int64_t>(Queue::kLocal));
}

// Under sched.
void RunQueues::PutGlobal(int32_t m, int32_t g) {
  global_.Append(g);
  Trace(EventKind::kEnqueue, m, kNobody, TaskAt(g).id, static_cast<int64_t>(Queue::kGlobal));
}

// Under sched.
int32_t RunQueues::TakeGlobal(int32_t m) {
  const int32_t g = global_.Pop();
  Trace(EventKind::kDequeue, m, kNobody, TaskAt(g).id, static_cast<int64_t>(Queue::kGlobal));
  return g;
}

int32_t RunQueues::TakeLocal(int32_t m, int32_t p) {
  P& processor = ProcessorOf(p);
  const bool next = processor.next != kNobody;
  int32_t g;
  if (next) {
    g = processor.next;
    processor.next = kNobody;
  } else {
    g = processor.queue.Pop();
  }
  Trace(EventKind::kDequeue, m, p, TaskAt(g).id,
        static_cast<int64_t>(next ? Queue::kNext : Queue::kLocal));
  return g;
}

}  // namespace proctor
