#include "conformance/suite/process_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>

namespace proctor {
namespace {

// Above what a monitor's own descriptors are likely to be.
constexpr int kCopyFrom = 100;
// A run of worlds keeps some memory for each world and each finding, none for a cycle.
constexpr size_t kGrowthBytesLeast = 1 << 20;
constexpr size_t kBytesPerCycleMost = 64;
constexpr size_t kGrowthBytesMost = 256 << 20;

// The run itself keeps none open.
constexpr int kOpenFilesMore = 64;
constexpr int kDescriptorsMost = 4'096;

size_t HeapBytes() { return mallinfo2().uordblks; }

int OpenFiles() {
  int open = 0;
  for (int descriptor = 0; descriptor < kDescriptorsMost; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) ++open;
  }
  return open;
}

}  // namespace

ProcessCheck::ProcessCheck()
    : output_(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, kCopyFrom)),
      heap_bytes_(HeapBytes()),
      open_files_(OpenFiles()) {
  fstat(STDOUT_FILENO, &output_file_);
}

ProcessCheck::~ProcessCheck() {
  if (output_ >= 0) close(output_);
}

bool ProcessCheck::HeapIsTooLarge() const { return HeapBytes() > heap_bytes_ + kGrowthBytesMost; }

std::vector<std::string> ProcessCheck::Changes(int64_t cycles) const {
  std::vector<std::string> changes;
  struct stat now = {};
  const bool open = fstat(STDOUT_FILENO, &now) == 0;
  if (output_ >= 0 &&
      (!open || now.st_dev != output_file_.st_dev || now.st_ino != output_file_.st_ino)) {
    dup2(output_, STDOUT_FILENO);
    changes.push_back("the monitor closed standard output, or put another file in its place");
  }
  const size_t heap_bytes = HeapBytes();
  const size_t grown_bytes = heap_bytes > heap_bytes_ ? heap_bytes - heap_bytes_ : 0;
  const size_t bytes_per_cycle = grown_bytes / static_cast<size_t>(std::max<int64_t>(cycles, 1));
  if (grown_bytes >= kGrowthBytesLeast && bytes_per_cycle > kBytesPerCycleMost) {
    changes.push_back(
        fmt::format("the monitor keeps more memory with each cycle: {} bytes in {} cycles, about "
                    "{} bytes a cycle",
                    grown_bytes, cycles, bytes_per_cycle));
  }
  const int more_files = OpenFiles() - open_files_;
  if (more_files > kOpenFilesMore) {
    changes.push_back(
        fmt::format("the monitor leaves files open: {} more in {} cycles", more_files, cycles));
  }
  return changes;
}

}  // namespace proctor
