// A pipeline of tasks joined by channels: one makes numbers, many work on them, one sums up.
//
//     pipeline [LIMIT [WORKERS]]
//
// Which number below LIMIT takes the most steps to 1, where an even number is halved and an odd one
// goes to three times itself plus one (Collatz)?

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "runtime/channel.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace {

using proctor::runtime::Channel;
using proctor::runtime::Go;
using proctor::runtime::Runtime;
using proctor::runtime::WaitGroup;

constexpr int64_t kBatch = 256;

struct Range {
  int64_t begin, end;
};

struct Result {
  int64_t start = 0;
  int steps = -1;
  int64_t tried = 0;
};

int Steps(int64_t number) {
  int steps = 0;
  for (; number != 1; ++steps) number = number % 2 == 0 ? number / 2 : 3 * number + 1;
  return steps;
}

Result Longest(const Range& range) {
  Result longest;
  for (int64_t start = range.begin; start < range.end; ++start) {
    const int steps = Steps(start);
    if (steps > longest.steps) longest = {start, steps, 0};
  }
  longest.tried = range.end - range.begin;
  return longest;
}

void Pipeline(int64_t limit, int workers) {
  Channel<Range> ranges(16);
  Channel<Result> results(16);

  Go([&] {
    for (int64_t begin = 1; begin < limit; begin += kBatch) {
      ranges.Send({begin, begin + kBatch < limit ? begin + kBatch : limit});
    }
    ranges.Close();
  });
  WaitGroup working(workers);
  for (int i = 0; i < workers; ++i) {
    Go([&] {
      while (auto range = ranges.Receive()) results.Send(Longest(*range));
      working.Done();
    });
  }
  Go([&] {
    working.Wait();
    results.Close();
  });

  Result best;
  int64_t tried = 0;
  while (auto result = results.Receive()) {
    tried += result->tried;
    const bool longer = result->steps > best.steps;
    if (longer || (result->steps == best.steps && result->start < best.start)) best = *result;
  }
  std::printf("%ld numbers tried: %ld takes the most steps, %d\n", static_cast<long>(tried),
              static_cast<long>(best.start), best.steps);
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t limit = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const int workers = argc > 2 ? std::atoi(argv[2]) : 8;
  if (limit < 2 || workers < 1) {
    std::fprintf(stderr, "usage: pipeline [LIMIT [WORKERS]], LIMIT at least 2\n");
    return 64;
  }
  Runtime runtime;
  runtime.Run([=] { Pipeline(limit, workers); });
}
