#include "runtime/stack/stack.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

// Known to the kernel since 6.13, to libc's headers later.
#if !defined(MADV_GUARD_INSTALL)
#define MADV_GUARD_INSTALL 102
#endif

namespace proctor::runtime {
namespace {

// Large enough that slabs of a million stacks are a few thousand mappings even where the kernel
// does not merge neighbours; small enough for a machine with little address space.
constexpr std::size_t kSlabBytes = std::size_t{16} << 20;

std::size_t PageBytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

// Each protected guard splits its slab once more, so it costs two mappings. Half of the process's
// are left to everybody else.
std::size_t ProtectionBudget() {
  std::size_t most = 65530;
  if (std::FILE* file = std::fopen("/proc/sys/vm/max_map_count", "r")) {
    if (std::fscanf(file, "%zu", &most) != 1) most = 65530;
    std::fclose(file);
  }
  return most / 4;
}

// Asks the kernel by trying on a page of its own.
bool MarkersWork() {
  void* page =
      mmap(nullptr, PageBytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  const bool work = madvise(page, PageBytes(), MADV_GUARD_INSTALL) == 0;
  munmap(page, PageBytes());
  return work;
}

}  // namespace

StackPool::StackPool(const StackPoolOptions& options) : options_(options) {
  const std::size_t page = PageBytes();
  if (options_.stack_bytes % page != 0 || options_.guard_bytes % page != 0 ||
      options_.stack_bytes < options_.guard_bytes + page) {
    std::fprintf(stderr,
                 "fatal: a stack of %zu bytes with a guard of %zu: both must be multiples of %zu, "
                 "and the stack larger\n",
                 options_.stack_bytes, options_.guard_bytes, page);
    std::abort();
  }
  slab_bytes_ = std::max(kSlabBytes / options_.stack_bytes, std::size_t{1}) * options_.stack_bytes;
  if (options_.guard_bytes > 0) {
    stats_.guard = options_.markers && MarkersWork() ? GuardKind::kMarker : GuardKind::kProtection;
  }
  protections_left_ =
      options_.protections_most != 0 ? options_.protections_most : ProtectionBudget();
}

StackPool::~StackPool() {
  if (stats_.taken != 0) {
    std::fprintf(stderr, "fatal: a stack pool ends with %zu stacks in use\n", stats_.taken);
    std::abort();
  }
  for (char* slab : slabs_) munmap(slab, slab_bytes_);
}

Stack StackPool::Take() {
  const ThreadMutexGuard lock(mutex_);
  Stack stack;
  if (!warm_.empty()) {
    stack = warm_.back();
    warm_.pop_back();
  } else if (!cold_.empty()) {
    stack = cold_.back();
    cold_.pop_back();
  } else {
    stack = CutFresh();
    if (stack.low == nullptr) return {};
  }
  ++stats_.taken;
  return stack;
}

void StackPool::Return(Stack stack) {
  {
    const ThreadMutexGuard lock(mutex_);
    --stats_.taken;
    if (warm_.size() < options_.warm_most) {
      warm_.push_back(stack);
      return;
    }
  }
  // Outside of the lock: it takes as long as a page fault. Guards survive it.
  madvise(stack.low, stack.bytes(), MADV_DONTNEED);
  const ThreadMutexGuard lock(mutex_);
  cold_.push_back(stack);
}

bool StackPool::InGuard(Stack stack, uintptr_t address) const {
  const auto low = reinterpret_cast<uintptr_t>(stack.low);
  return address < low && low - address <= options_.guard_bytes;
}

StackPool::Stats StackPool::GetStats() const {
  const ThreadMutexGuard lock(mutex_);
  Stats stats = stats_;
  stats.warm = warm_.size();
  return stats;
}

Stack StackPool::CutFresh() {
  if (fresh_ == fresh_end_ && !MapSlab()) return {};
  char* const low = fresh_;
  fresh_ += options_.stack_bytes;
  ++stats_.mapped;
  if (!Guard(low)) ++stats_.unguarded;
  return {low + options_.guard_bytes, low + options_.stack_bytes};
}

bool StackPool::MapSlab() {
  void* const slab = mmap(nullptr, slab_bytes_, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (slab == MAP_FAILED) return false;
  // A huge page would give memory to thirty stacks when one touches its first byte.
  madvise(slab, slab_bytes_, MADV_NOHUGEPAGE);
  slabs_.push_back(static_cast<char*>(slab));
  fresh_ = static_cast<char*>(slab);
  fresh_end_ = fresh_ + slab_bytes_;
  return true;
}

bool StackPool::Guard(char* at) {
  switch (stats_.guard) {
    case GuardKind::kNone:
      return false;
    case GuardKind::kMarker: {
      // Interrupted by a signal it has done a part; doing that part again does no harm.
      int result = 0;
      do {
        result = madvise(at, options_.guard_bytes, MADV_GUARD_INSTALL);
      } while (result != 0 && errno == EINTR);
      return result == 0;
    }
    case GuardKind::kProtection:
      if (protections_left_ == 0) return false;
      --protections_left_;
      return mprotect(at, options_.guard_bytes, PROT_NONE) == 0;
  }
  return false;
}

}  // namespace proctor::runtime
