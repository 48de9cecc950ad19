#include "conformance/implementations/reference/tally.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace proctor::reference {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kRelaxed = std::memory_order_relaxed;

// A delay of these means that their task was not let run.
bool Computes(Op op) {
  return op == Op::kSpin || op == Op::kWork || op == Op::kYield || op == Op::kAllocate;
}

// False: it was as great already.
bool Raise(std::atomic<int64_t>& most, int64_t value) {
  int64_t known = most.load(kRelaxed);
  while (value > known) {
    if (most.compare_exchange_weak(known, value, kRelaxed)) return true;
  }
  return false;
}

Json CountsOf(const std::array<std::atomic<int64_t>, kOps>& counts) {
  Json json = Json::object();
  for (size_t op = 0; op < kOps; ++op) {
    if (const int64_t count = counts[op].load(kRelaxed)) json[std::string(OpNames()[op])] = count;
  }
  return json;
}

}  // namespace

void Tally::Own::Done(Op op, int64_t beyond_ns) {
  ++done[static_cast<size_t>(op)];
  if (Computes(op)) still_ns = std::max(still_ns, beyond_ns);
}

void Tally::Add(size_t span, int64_t ns) {
  Span& all = (*spans_)[span];
  all.buckets[static_cast<size_t>(Histogram::BucketOf(ns))].fetch_add(1, kRelaxed);
  Raise(all.max, ns);
}

void Tally::Take(const Own& own, int64_t g) {
  for (size_t op = 0; op < kOps; ++op) {
    if (own.begun[op] == 0) continue;
    begun_[op].fetch_add(own.begun[op], kRelaxed);
    done_[op].fetch_add(own.done[op], kRelaxed);
  }
  if (Raise(still_ns_, own.still_ns)) still_g_.store(g, kRelaxed);
  ended_.fetch_add(1);
}

std::string Tally::Report(int64_t spawned, int64_t left) const {
  Json spans = Json::array();
  for (size_t i = 0; i < spans_->size(); ++i) {
    const Span& span = (*spans_)[i];
    Json pairs = Json::array();
    for (size_t bucket = 0; bucket < span.buckets.size(); ++bucket) {
      const int64_t times = span.buckets[bucket].load(kRelaxed);
      if (times == 0) continue;
      pairs.push_back(bucket);
      pairs.push_back(times);
    }
    if (pairs.empty()) continue;
    const std::string_view name = i < kOps ? OpNames()[i] : "spawn_to_start";
    spans.push_back(
        {{"name", name}, {"max", span.max.load(kRelaxed)}, {"buckets", std::move(pairs)}});
  }
  const Json json = {{"ledger",
                      {{"spawned", spawned},
                       {"ended", ended_.load()},
                       {"bytes", bytes_.load()},
                       {"calls", calls_.load()},
                       {"left", left},
                       {"timers",
                        {{"set", timers_set_.load()},
                         {"stopped", timers_stopped_.load()},
                         {"fired", timers_fired_.load()}}},
                       {"begun", CountsOf(begun_)},
                       {"done", CountsOf(done_)}}},
                     {"progress", {{"still_ns", still_ns_.load()}, {"g", still_g_.load()}}},
                     {"spans", std::move(spans)}};
  return json.dump();
}

}  // namespace proctor::reference
