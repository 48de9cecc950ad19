// A fuzz target: one function that is given any bytes and must come back. libFuzzer calls it with
// what it makes up (ci/fuzz); replay_main.cc calls it with the files of its corpus, as a test.
//
// Errors: a target ends the process when something does not hold; the fuzzer keeps the input.
//
// Thread safety: one call at a time.

#ifndef PROCTOR_FUZZ_FUZZ_TARGET_H_
#define PROCTOR_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace proctor::fuzz {

// Ends the process unless `holds`. `what` is a sentence that says what does not.
inline void Require(bool holds, std::string_view what, std::string_view detail = "") {
  if (holds) return;
  fprintf(stderr, "fuzz: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
          static_cast<int>(detail.size()), detail.data());
  abort();
}

// What every reader owes to a text that it refuses: one short line for people.
inline void RequireOneLine(const std::string& error) {
  constexpr size_t kMost = 1'000;
  Require(!error.empty(), "a refusal says nothing");
  Require(error.find('\n') == std::string::npos, "a refusal has several lines", error);
  Require(error.size() < kMost, "a refusal is long", error);
}

inline std::string_view AsText(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace proctor::fuzz

#endif  // PROCTOR_FUZZ_FUZZ_TARGET_H_
