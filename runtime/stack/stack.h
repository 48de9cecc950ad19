// Stacks for tasks: many, cheap while unused, with a guard below each.
//
// A stack is a piece of address space; memory comes page by page as it is touched. Stacks are cut
// from large slabs: the kernel limits a process to some 65,000 mappings, so a million stacks cannot
// have one each. For the same reason a guard is made by MADV_GUARD_INSTALL (Linux 6.13), which does
// not split mappings; on older kernels by mprotect, and only while the budget of mappings lasts:
// after that stacks have no guard, and Stats counts them.
//
// Returned stacks are used again, the last one first. Up to `warm_most` of them keep their memory;
// the memory of all others is given back to the system. Address space is given back only when the
// pool ends.
//
// Thread safety: all of StackPool may be called from any thread; a lock is held for a list
// operation, so who takes very often keeps a few stacks at hand.

#ifndef PROCTOR_RUNTIME_STACK_STACK_H_
#define PROCTOR_RUNTIME_STACK_STACK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/arch/sanitizers.h"
#include "runtime/base/mutex.h"

namespace proctor::runtime {

// The usable bytes [low, high); both are multiples of the page size. The guard, if there is one,
// lies right below `low`.
struct Stack {
  char* low = nullptr;  // null: no stack
  char* high = nullptr;

  std::size_t bytes() const { return static_cast<std::size_t>(high - low); }
};

struct StackPoolOptions {
  // Address space of one stack, its guard included. A multiple of the page size, and of two pages
  // at least.
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
  std::size_t stack_bytes = 512 * 1024;  // instrumented code needs several times as much
#else
  std::size_t stack_bytes = 64 * 1024;
#endif
  // A frame larger than the guard can jump over it; compile with -fstack-clash-protection where
  // frames may be large.
  std::size_t guard_bytes = 4096;
  // How many returned stacks keep their memory.
  std::size_t warm_most = 256;
  // Whether guards may be markers; and how many may be protections: 0 says as many as the process's
  // limit of mappings allows.
  bool markers = true;
  std::size_t protections_most = 0;
};

enum class GuardKind { kNone, kMarker, kProtection };

class StackPool {
 public:
  explicit StackPool(const StackPoolOptions& options = {});
  // Every stack must have been returned: all of them are unmapped now.
  ~StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  // A stack with `low` null: the system gives no more address space. What a stack holds at first is
  // not defined.
  Stack Take();
  // Of this pool, and nothing runs on it any more.
  void Return(Stack stack);

  // Whether the address lies in the guard below this stack. Async-signal-safe.
  bool InGuard(Stack stack, uintptr_t address) const;

  struct Stats {
    std::size_t mapped = 0;     // stacks that address space was taken for
    std::size_t taken = 0;      // of these, in use now
    std::size_t warm = 0;       // returned, with memory
    std::size_t unguarded = 0;  // without a guard
    GuardKind guard = GuardKind::kNone;
  };
  Stats GetStats() const;

 private:
  Stack CutFresh() REQUIRES(mutex_);
  bool MapSlab() REQUIRES(mutex_);
  bool Guard(char* at) REQUIRES(mutex_);

  const StackPoolOptions options_;
  std::size_t slab_bytes_ = 0;  // constant
  mutable ThreadMutex mutex_;
  std::vector<Stack> warm_ GUARDED_BY(mutex_);
  std::vector<Stack> cold_ GUARDED_BY(mutex_);
  std::vector<char*> slabs_ GUARDED_BY(mutex_);
  char* fresh_ GUARDED_BY(mutex_) = nullptr;  // the part of the last slab that was never cut
  char* fresh_end_ GUARDED_BY(mutex_) = nullptr;
  std::size_t protections_left_ GUARDED_BY(mutex_) = 0;
  Stats stats_ GUARDED_BY(mutex_);
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_STACK_STACK_H_
