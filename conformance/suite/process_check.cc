#include "conformance/suite/process_check.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace proctor {
namespace {

// A run of worlds keeps some memory for each world and each finding, none for a cycle.
constexpr size_t kGrowthBytesLeast = 1 << 20;
constexpr size_t kBytesPerCycleMost = 64;
constexpr size_t kGrowthBytesMost = 256 << 20;

// The run itself keeps none open.
constexpr int kOpenFilesMore = 64;
constexpr int kDescriptorsMost = 4'096;

size_t HeapBytes() { return mallinfo2().uordblks; }

// Address space that malloc has not asked for; 0 where the system does not say. `statm` is
// /proc/self/statm, whose first number counts pages.
size_t MappedBytes(int statm) {
  char text[32] = {};
  if (pread(statm, text, sizeof text - 1, 0) <= 0) return 0;
  const size_t all_bytes =
      std::strtoull(text, nullptr, 10) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const struct mallinfo2 heap = mallinfo2();
  return all_bytes - std::min(all_bytes, heap.arena + heap.hblkhd);
}

size_t Growth(size_t before, size_t now) { return now > before ? now - before : 0; }

int OpenFiles() {
  int open = 0;
  for (int descriptor = 0; descriptor < kDescriptorsMost; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) ++open;
  }
  return open;
}

}  // namespace

ProcessCheck::ProcessCheck()
    : process_(getpid()),
      memory_file_(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)),
      heap_bytes_(HeapBytes()),
      mapped_bytes_(MappedBytes(memory_file_)),
      open_files_(OpenFiles()) {}

ProcessCheck::~ProcessCheck() {
  if (memory_file_ >= 0) close(memory_file_);
}

bool ProcessCheck::MemoryIsTooLarge() const {
  return Growth(heap_bytes_, HeapBytes()) > kGrowthBytesMost ||
         Growth(mapped_bytes_, MappedBytes(memory_file_)) > kGrowthBytesMost;
}

std::vector<std::string> ProcessCheck::Changes(int64_t cycles) const {
  if (getpid() != process_) _exit(EXIT_FAILURE);
  std::vector<std::string> changes = state_.Changes();
  const auto judge_growth = [&](size_t grown_bytes, const char* what) {
    const size_t bytes_per_cycle = grown_bytes / static_cast<size_t>(std::max<int64_t>(cycles, 1));
    if (grown_bytes < kGrowthBytesLeast || bytes_per_cycle <= kBytesPerCycleMost) return;
    changes.push_back(
        fmt::format("the monitor {} with each cycle: {} bytes in {} cycles, about {} bytes a cycle",
                    what, grown_bytes, cycles, bytes_per_cycle));
  };
  judge_growth(Growth(heap_bytes_, HeapBytes()), "keeps more memory");
  judge_growth(Growth(mapped_bytes_, MappedBytes(memory_file_)), "keeps more mappings");
  const int more_files = OpenFiles() - open_files_;
  if (more_files > kOpenFilesMore) {
    changes.push_back(
        fmt::format("the monitor leaves files open: {} more in {} cycles", more_files, cycles));
  }
  return changes;
}

}  // namespace proctor
