#include "conformance/campaign/virtual_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr ClauseId kLoop = ClauseId::kID_4;
constexpr int64_t kProgressEvery = 256;

// In the order of the contract: one for each V clause of the profile.
std::vector<Ruling> Complete(const std::map<ClauseId, Ruling>& decided, Profile profile,
                             bool whole) {
  std::vector<Ruling> rulings;
  for (const Clause& clause : Clauses()) {
    if ((clause.tiers & kV) == 0 || (clause.profiles & profile) == 0) continue;
    const auto found = decided.find(clause.id);
    Ruling ruling =
        found != decided.end() ? found->second : Ruling{.clause = clause.id, .tier = kV};
    if (ruling.verdict == Verdict::kNotExercised && !whole) {
      ruling.verdict = Verdict::kInconclusive;
      ruling.message = "the run ended before a world put it to the test; give a larger --budget";
    }
    rulings.push_back(std::move(ruling));
  }
  return rulings;
}

void TakeMisbehaviour(Counterexample shown, VirtualCheck& check) {
  shown.ruling.clause = kLoop;
  for (Ruling& ruling : check.rulings) {
    if (ruling.clause == kLoop) ruling = Combine(shown.ruling, ruling);
  }
  check.bundles.try_emplace(kLoop, std::move(shown.bundle));
}

}  // namespace

VirtualCheck CheckVirtually(const Subject& subject, VirtualOptions options, Listener& listener,
                            int64_t end_ns) {
  options.threads = static_cast<int32_t>(std::max(1u, std::thread::hardware_concurrency()));
  std::atomic<int64_t> started{0};
  std::atomic<int64_t> planned{0};
  const std::thread::id caller = std::this_thread::get_id();
  options.progress = [&](int64_t done, int64_t all) {
    started.store(done);
    planned.store(all);
    if (done % kProgressEvery == 0 && std::this_thread::get_id() == caller) {
      listener.OnProgress(fmt::format("[{}/{}] worlds in virtual time", done, all));
    }
    return !listener.Stopped() && MonotonicNowNs() <= end_ns;
  };
  VirtualResult result = RunVirtually(subject, options);
  constexpr double kNsPerHour = 3.6e12;
  VirtualCheck check{
      .rulings = Complete(result.rulings, options.profile, result.whole),
      .bundles = std::move(result.bundles),
      .summary = fmt::format("tier V: {} worlds, {} of them schedules of small ones; {} cycles, {} "
                             "events, {:.0f} hours",
                             result.worlds, result.schedules, result.cycles, result.events,
                             static_cast<double>(result.virtual_ns) / kNsPerHour)};
  if (!result.whole && !result.misbehaviour) {
    check.unfinished = fmt::format(
        "tier V: {} of {} worlds were tried: {}", started.load(), planned.load(),
        listener.Stopped() ? "interrupted"
                           : "the budget ended; give a larger --budget, or fewer --worlds");
  }
  if (result.misbehaviour) TakeMisbehaviour(std::move(*result.misbehaviour), check);
  return check;
}

VirtualCheck ReplayVirtually(const Subject& subject, const Bundle& bundle, EventSink* sink) {
  const WorldCheck world = RunBundle(subject, bundle, sink);
  VirtualCheck check;
  for (const Ruling& ruling : world.rulings) {
    if (ruling.tier != kV) continue;
    check.rulings.push_back(ruling);
    if (ruling.verdict == Verdict::kViolates) check.bundles.emplace(ruling.clause, bundle);
  }
  if (const std::optional<Ruling> misbehaviour = MisbehaviourOf(world.run)) {
    TakeMisbehaviour({*misbehaviour, bundle}, check);
  }
  check.summary = fmt::format("the world ended: {}{}{}", WorldEndName(world.run.end),
                              world.run.message.empty() ? "" : ", ", world.run.message);
  return check;
}

}  // namespace proctor
