#include "conformance/observer/process_sampler.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "conformance/observer/proc_files.h"
#include "conformance/observer/upper_median.h"
#include "conformance/observer/waiting_call.h"
#include "conformance/process/threads.h"

namespace proctor {
namespace {

// Looks come at changing distances, so that no timer keeps step with them.
constexpr int64_t kPausesNs[] = {11'000'000, 19'000'000, 14'000'000, 23'000'000, 16'000'000};
constexpr size_t kThreadsALookMost = 48;
constexpr size_t kThreadsMost = 1024;
constexpr size_t kCallsMost = 16;
constexpr size_t kLongestMost = 256;
// Reading how often a thread woke costs more than looking what it is in.
constexpr size_t kWakesEvery = 12;

}  // namespace

ProcessSampler::ProcessSampler(pid_t process, pid_t monitor)
    : process_(process), monitor_(monitor), thread_([this] { Main(); }) {}

ProcessSampler::~ProcessSampler() { Finish(); }

// False: it is to end.
bool ProcessSampler::Pause(int64_t ns) {
  const MutexLock lock(mutex_);
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(ns);
  while (!stop_) {
    if (changed_.wait_until(mutex_, until) == std::cv_status::timeout) return !stop_;
  }
  return false;
}

void ProcessSampler::Main() {
  for (size_t turn = 0;; ++turn) {
    Look(turn % kWakesEvery == 0);
    if (!Pause(kPausesNs[turn % std::size(kPausesNs)])) break;
  }
  Look(/*count_wakes=*/true);
}

void ProcessSampler::Look(bool count_wakes) {
  const std::vector<pid_t> threads = ThreadsOf(process_);
  const size_t looks = std::min(threads.size(), kThreadsALookMost);
  for (size_t i = 0; i < looks; ++i) {
    const pid_t thread = threads[(next_ + i) % threads.size()];
    if (thread != monitor_) LookAt(thread);
  }
  next_ = threads.empty() ? 0 : (next_ + looks) % threads.size();
  if (!count_wakes) return;
  for (auto& [thread, watched] : watched_) {
    watched.last_wakes = std::max(watched.last_wakes, WakesOf(thread));
  }
}

void ProcessSampler::LookAt(pid_t thread) {
  auto found = watched_.find(thread);
  if (found == watched_.end()) {
    if (watched_.size() >= kThreadsMost) return;
    const int64_t wakes = WakesOf(thread);
    found = watched_.try_emplace(thread).first;
    found->second = {.name = ThreadName(thread), .first_wakes = wakes, .last_wakes = wakes};
  }
  bool forbidden = false;
  const std::optional<WaitingCall> call = WaitingCallOf(process_, thread, forbidden);
  std::map<int64_t, Seen>& calls = found->second.calls;
  if (!call || call->number < 0 || (calls.size() >= kCallsMost && !calls.contains(call->number))) {
    return;
  }
  Seen& seen = calls[call->number];
  ++seen.looks;
  if (seen.longest_ns.size() >= kLongestMost) return;
  if (const auto longest_ns = LongestWaitNs(process_, thread, *call)) {
    seen.longest_ns.push_back(*longest_ns);
  }
}

std::vector<ThreadUse> ProcessSampler::Finish() {
  if (!thread_.joinable()) return {};
  {
    const MutexLock lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  thread_.join();
  std::vector<ThreadUse> uses;
  for (const auto& [thread, watched] : watched_) {
    ThreadUse use{
        .thread = thread, .name = watched.name, .sleeps = watched.last_wakes - watched.first_wakes};
    const auto most = std::ranges::max_element(watched.calls, {},
                                               [](const auto& call) { return call.second.looks; });
    if (most != watched.calls.end()) {
      use.call = CallName(most->first);
      const std::vector<int64_t>& longest_ns = most->second.longest_ns;
      if (longest_ns.size() * 2 > static_cast<size_t>(most->second.looks)) {
        use.longest_ns = UpperMedian(longest_ns);
      }
    }
    uses.push_back(std::move(use));
  }
  std::ranges::stable_sort(uses, std::greater(), &ThreadUse::sleeps);
  return uses;
}

}  // namespace proctor
