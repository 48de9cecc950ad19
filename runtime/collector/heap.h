// A small heap that finds its garbage by itself: stop the world, mark what the roots reach, sweep
// the rest.
//
//     struct Node {
//       Handle<Node> next;
//       int value = 0;
//       void Trace(Marker& marker) const { marker.Visit(next); }
//     };
//     Heap heap(options);
//     Root<Node> list = heap.Make<Node>();     // keeps the node, and all it reaches
//     list->next = heap.Make<Node>();          // kept by the list from now on
//
// Precise: a Root, anywhere, keeps its object; a Handle, inside an object of the heap, keeps its
// object while its own object is kept and its Trace method names it. Plain pointers keep nothing.
// Objects do not move. An object whose type has no handles needs no Trace method.
//
// Destructors run while the world is stopped, in no particular order, on whatever stack collects:
// they must not touch the heap, nor what their handles name, which may be gone. They must not
// block.
//
// When to collect: the heap grows from its live bytes by `percent`, then says so (HeapOptions::
// wanted) or, if nobody asks to be called, collects at once. It knows nothing of tasks: who runs
// its users gives it a way to stop them (HeapOptions::stop).
//
// Thread safety: any thread may make objects and roots, copy and drop them. A single root or handle
// is no safer than a plain pointer. Locks are held for the bookkeeping only, never while user code
// runs, except that of Trace and of destructors, with the world stopped.

#ifndef PROCTOR_RUNTIME_COLLECTOR_HEAP_H_
#define PROCTOR_RUNTIME_COLLECTOR_HEAP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "runtime/base/mutex.h"
#include "runtime/collector/object.h"
#include "runtime/collector/pages.h"

namespace proctor::runtime {

struct HeapOptions {
  // Growth over the live bytes that starts a collection; negative: never by growth.
  int32_t percent = 100;
  // The goal is never lower than this, so that a small heap is not collected all the time.
  std::size_t goal_least_bytes = 4 << 20;
  // Memory kept for reuse, beyond the goal, in percent of it; what is more the scavenger releases.
  int32_t retain_percent = 10;
  // Calls the function while no other user of the heap runs. Null: there is only one thread.
  std::function<void(const std::function<void()>&)> stop;
  // The heap has reached its goal; somebody should have Collect called soon. Called once a cycle,
  // by the thread that allocates, without locks. Null: that thread collects.
  std::function<void()> wanted;
  // The clock for Stats::last_end_ns. Null: CLOCK_MONOTONIC.
  std::function<int64_t()> now_ns;
};

class Heap {
 public:
  explicit Heap(HeapOptions options = {});
  // No root may be left; destroys every object.
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // A new object, made by T(arguments...). That constructor makes no objects itself: its handles do
  // not keep them yet; make them before, and pass their roots. Out of memory ends the process with
  // one line.
  template <typename T, typename... Arguments>
  Root<T> Make(Arguments&&... arguments) {
    static_assert(alignof(T) <= kObjectAlignment);
    void* const memory = Allocate(sizeof(T), heap_internal::kTypeOf<T>);
    // Reserved: it is neither traced nor freed while the constructor runs.
    try {
      T* const object = new (memory) T(std::forward<Arguments>(arguments)...);
      Root<T> root(*this, object);
      Publish(memory);
      return root;
    } catch (...) {
      Abandon(memory);
      throw;
    }
  }

  // Stops the world and collects.
  void Collect();
  // The same for a caller that has stopped the world already.
  void CollectStopped();

  // Whether memory is to be given back to the system. Set at the end of a cycle that leaves more
  // than is retained.
  bool ScavengeAskedFor() const { return scavenge_asked_for_.load(std::memory_order_acquire); }
  void AskForScavenge(bool asked) { scavenge_asked_for_.store(asked, std::memory_order_release); }
  // Gives back at most `bytes_most` of what is not retained. Returns how many; 0: nothing is left
  // to do. May run while tasks do.
  std::size_t ScavengeStep(std::size_t bytes_most = 64 << 10);

  int32_t percent() const { return percent_.load(std::memory_order_relaxed); }
  void SetPercent(int32_t percent);

  struct Stats {
    std::size_t live_bytes = 0;       // after the last cycle
    std::size_t allocated_bytes = 0;  // now
    std::size_t objects = 0;          // now
    std::size_t goal_bytes = 0;       // allocated bytes that ask for the next cycle
    int64_t cycles = 0;
    int64_t last_end_ns = 0;  // 0: there was none
    int64_t last_duration_ns = 0;
    Pages::Stats pages;
  };
  Stats GetStats() const;

 private:
  friend class RootBase;
  struct Span;

  void* Allocate(std::size_t bytes, const heap_internal::Type& type);
  void Publish(void* object);
  void Abandon(void* object);
  void Link(RootBase* root);
  void Unlink(RootBase* root);

  Span* SpanWithRoom(std::size_t size_class) REQUIRES(mutex_);
  Span* NewSpan(std::size_t pages, std::size_t cell_bytes) REQUIRES(mutex_);
  void Mark(std::vector<heap_internal::Header*>& pending) REQUIRES(mutex_);
  void Sweep() REQUIRES(mutex_);
  void Pace() REQUIRES(mutex_);
  bool OverRetained(std::size_t* excess_bytes) const REQUIRES(mutex_);

  const HeapOptions options_;
  std::atomic<int32_t> percent_;
  std::atomic<bool> scavenge_asked_for_{false};

  mutable ThreadMutex roots_mutex_;  // after mutex_
  RootBase* roots_ GUARDED_BY(roots_mutex_) = nullptr;

  mutable ThreadMutex mutex_;
  Pages pages_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Span>> spans_ GUARDED_BY(mutex_);
  std::vector<std::vector<Span*>> with_room_ GUARDED_BY(mutex_);  // by size class
  bool wanted_ GUARDED_BY(mutex_) = false;                        // since the last cycle
  Stats stats_ GUARDED_BY(mutex_);
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_COLLECTOR_HEAP_H_
