#include "conformance/process/temporary_paths.h"

#include <filesystem>
#include <set>
#include <system_error>

#include "conformance/base/mutex.h"

namespace proctor {
namespace {

struct Registry {
  Mutex mutex;
  std::set<std::string> paths GUARDED_BY(mutex);
};

// Never destroyed: another thread may end the program while its statics go.
Registry& All() {
  static Registry& all = *new Registry();
  return all;
}

}  // namespace

void AddTemporaryPath(const std::string& path) {
  Registry& all = All();
  const MutexLock lock(all.mutex);
  all.paths.insert(path);
}

void ForgetTemporaryPath(const std::string& path) {
  Registry& all = All();
  const MutexLock lock(all.mutex);
  all.paths.erase(path);
}

void RemoveTemporaryPaths() {
  Registry& all = All();
  const MutexLock lock(all.mutex);
  for (const std::string& path : all.paths) {
    // Somebody may still be writing into it.
    constexpr int kAttempts = 3;
    std::error_code error;
    for (int i = 0; i < kAttempts; ++i) {
      error.clear();
      std::filesystem::remove_all(path, error);
      if (!error) break;
    }
  }
}

}  // namespace proctor
