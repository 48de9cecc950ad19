// Replays a fuzz target's corpus: a test without a fuzzer, by any compiler.
//
//   replay FOLDER|FILE...
//
// Exit status: 0 every input came back, 64 there is none. An input that does not come back ends the
// process; its path is the last line printed.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "fuzz/fuzz_target.h"

namespace {

namespace fs = std::filesystem;

constexpr int kExitWrongUsage = 64;

// In order of their names, so that two runs print the same.
std::set<std::string> FilesIn(const std::string& path) {
  if (!fs::is_directory(path)) return {path};
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (!entry.is_directory()) files.insert(entry.path());
  }
  return files;
}

void Replay(const std::string& path) {
  printf("%s\n", path.c_str());
  fflush(stdout);
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  int64_t replayed = 0;
  for (int i = 1; i < count; ++i) {
    for (const std::string& path : FilesIn(arguments[i])) {
      Replay(path);
      ++replayed;
    }
  }
  if (replayed == 0) {
    fprintf(stderr, "replay: no input: name files, or folders that hold some\n");
    return kExitWrongUsage;
  }
  const uint8_t nothing = 0;
  LLVMFuzzerTestOneInput(&nothing, 0);
  printf("%lld inputs came back\n", static_cast<long long>(replayed));
  return EXIT_SUCCESS;
}
