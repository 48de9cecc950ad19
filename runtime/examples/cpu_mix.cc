// Tasks that compute without a pause beside tasks that want an answer soon, on one processor.
//
//     cpu_mix [LIMIT [REQUESTS]]
//
// Four tasks count the primes below LIMIT by loops that call nothing; a fifth answers requests that
// come one a millisecond. The counting is preemptible, so the monitor makes sure that requests are
// answered meanwhile: on one processor, without preemption, the first would wait for all counting
// to end.

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "runtime/arch/preempt.h"
#include "runtime/channel.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace {

using proctor::runtime::Channel;
using proctor::runtime::Go;
using proctor::runtime::Poll;
using proctor::runtime::Runtime;
using proctor::runtime::SleepFor;
using proctor::runtime::WaitGroup;

constexpr int kCounters = 4;
constexpr int64_t kRequestEveryNs = 1'000'000;

// Of `first`, and every `step`-th number after it.
PROCTOR_PREEMPTIBLE int64_t CountPrimes(int64_t first, int64_t limit, int64_t step) {
  int64_t count = 0;
  for (int64_t number = first; number < limit; number += step) {
    bool prime = number > 1;
    for (int64_t divisor = 2; prime && divisor * divisor <= number; ++divisor) {
      prime = number % divisor != 0;
    }
    count += prime;
  }
  return count;
}

// Where there is no asynchronous preemption, pieces with a poll between them have to do.
int64_t CountInPieces(int64_t first, int64_t limit, int64_t step) {
  constexpr int64_t kPieces = 64;
  int64_t count = 0;
  for (int64_t piece = 0; piece < kPieces; ++piece) {
    count += CountPrimes(first + piece * step, limit, kPieces * step);
    Poll();
  }
  return count;
}

struct Request {
  int64_t number;
  Channel<int64_t>* answer;
};

void Mix(int64_t limit, int requests) {
  std::atomic<int64_t> primes = 0;
  std::atomic<int> counting = kCounters;
  WaitGroup counters(kCounters);
  for (int i = 0; i < kCounters; ++i) {
    Go([&, i] {
      primes += proctor::runtime::kAsyncPreemption ? CountPrimes(i, limit, kCounters)
                                                   : CountInPieces(i, limit, kCounters);
      --counting;
      counters.Done();
    });
  }

  Channel<Request> inbox;
  Go([&] {
    while (auto request = inbox.Receive()) {
      request->answer->Send(request->number * request->number);
    }
  });

  int right = 0;
  int meanwhile = 0;
  for (int64_t i = 0; i < requests; ++i) {
    SleepFor(kRequestEveryNs);
    Channel<int64_t> answer(1);
    inbox.Send({i, &answer});
    right += answer.Receive() == i * i;
    meanwhile += counting > 0;
  }
  inbox.Close();
  counters.Wait();
  std::printf("%ld primes below %ld\n", static_cast<long>(primes), static_cast<long>(limit));
  std::printf("%d of %d requests answered\n", right, requests);
  std::printf("%s while the counting went on\n", meanwhile > 0 ? "some of them" : "none of them");
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t limit = argc > 1 ? std::atoll(argv[1]) : 3'000'000;
  const int requests = argc > 2 ? std::atoi(argv[2]) : 100;
  if (limit < 2 || requests < 1) {
    std::fprintf(stderr, "usage: cpu_mix [LIMIT [REQUESTS]], LIMIT at least 2\n");
    return 64;
  }
  proctor::runtime::Options one_processor;
  one_processor.procs = 1;
  Runtime runtime(one_processor);
  runtime.Run([=] { Mix(limit, requests); });
}
