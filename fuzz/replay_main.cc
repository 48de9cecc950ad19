// Replays a fuzz target's corpus: a test without a fuzzer, by any compiler.
//
//   replay [--mutations=N] [--seed=N] FOLDER|FILE...
//
// With --mutations the target's own mutator (scenario_fuzzing.cc) also makes N inputs of those
// in the corpus, blind to what they reach.
//
// Exit status: 0 every input came back, 64 wrong usage, or there is no input. An input that does
// not come back ends the process; its path is the last line printed, or, of a mutation, the input
// itself.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz_target.h"

// Of targets that have one.
extern "C" [[gnu::weak]] size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                                        size_t size_most, unsigned seed);

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

void Run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

std::string Replay(const std::string& path) {
  printf("%s\n", path.c_str());
  fflush(stdout);
  std::ifstream stream(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  Run(bytes);
  return bytes;
}

// The input at hand, for the report of one that does not come back.
const std::string* at_hand = nullptr;

void ShowAtHand() {
  if (at_hand != nullptr) fprintf(stderr, "%s\n", at_hand->c_str());
}

// Each input becomes the parent of others: what is reached takes several steps.
void RunMutations(std::vector<std::string> inputs, int64_t mutations, uint64_t seed) {
  constexpr size_t kBytesMost = 4'096;
  std::mt19937_64 random(seed);
  const auto began = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < mutations; ++i) {
    std::string& parent = inputs[random() % inputs.size()];
    std::string input = parent;
    input.resize(std::max(kBytesMost, parent.size()));
    input.resize(LLVMFuzzerCustomMutator(reinterpret_cast<uint8_t*>(input.data()), parent.size(),
                                         input.size(), static_cast<unsigned>(random())));
    at_hand = &input;
    Run(input);
    at_hand = nullptr;
    if (random() % 2 == 0) parent = std::move(input);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  printf("%lld mutations came back, %.0f a second\n", static_cast<long long>(mutations),
         static_cast<double>(mutations) / took.count());
}

// The number behind `name`, where the argument is one of that name.
bool TakesNumber(std::string_view argument, std::string_view name, int64_t& number) {
  if (!argument.starts_with(name)) return false;
  number = std::atoll(std::string(argument.substr(name.size())).c_str());
  return true;
}

int Usage(const char* what) {
  fprintf(stderr, "replay: %s\n", what);
  return kExitWrongUsage;
}

}  // namespace

int main(int count, char** arguments) {
  int64_t mutations = 0;
  int64_t seed = 1;
  std::vector<std::string> inputs;
  signal(SIGABRT, [](int) { ShowAtHand(); });
  for (int i = 1; i < count; ++i) {
    if (TakesNumber(arguments[i], "--mutations=", mutations)) continue;
    if (TakesNumber(arguments[i], "--seed=", seed)) continue;
    for (const std::string& path : FilesIn(arguments[i])) inputs.push_back(Replay(path));
  }
  if (inputs.empty()) return Usage("no input: name files, or folders that hold some");
  Run("");
  printf("%zu inputs came back\n", inputs.size());
  if (mutations == 0) return EXIT_SUCCESS;
  if (LLVMFuzzerCustomMutator == nullptr) return Usage("this target has no mutator of its own");
  RunMutations(std::move(inputs), mutations, static_cast<uint64_t>(seed));
  return EXIT_SUCCESS;
}
