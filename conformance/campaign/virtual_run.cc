#include "conformance/campaign/virtual_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

#include "conformance/base/mutex.h"
#include "conformance/campaign/border_worlds.h"
#include "conformance/campaign/small_worlds.h"
#include "conformance/campaign/worlds.h"
#include "conformance/judge/panel.h"
#include "conformance/scenario/library.h"

namespace proctor {
namespace {

// A random world is ended early: many small ones find more than a few large ones.
constexpr int64_t kRandomEventsMost = 2'500;
constexpr int64_t kSmallEventsMost = 100'000;
constexpr int64_t kNamedEventsMost = 4'000'000;
constexpr int kShrinkTriesMost = 2'000;
constexpr int kGenSize = 100;

class JudgingSink : public EventSink {
 public:
  JudgingSink(const Header& header, std::span<const ClauseId> wanted, EventSink* next)
      : panel_(header, /*filter=*/true, wanted), next_(next) {}

  void Observe(const Event& event) override {
    panel_.Observe(event);
    if (next_ != nullptr) next_->Observe(event);
  }
  std::vector<Ruling> Close() { return panel_.Close(); }

 private:
  Panel panel_;
  EventSink* const next_;
};

WorldCheck Check(const Subject& subject, const Scenario& scenario, const WorldOptions& options,
                 std::span<const ClauseId> wanted, EventSink* next = nullptr) {
  JudgingSink sink(WorldHeader(*subject.implementation, scenario, options), wanted, next);
  WorldCheck check;
  check.run = RunWorld(*subject.implementation, scenario, options, sink);
  check.rulings = sink.Close();
  return check;
}

Verdict VerdictOf(WorldEnd end) {
  switch (end) {
    case WorldEnd::kCrash:
      return Verdict::kCrash;
    case WorldEnd::kNeverSleeps:
    case WorldEnd::kNeverComesBack:
      return Verdict::kTimeout;
    default:
      return Verdict::kError;
  }
}

// Whose findings are the easiest to read: small worlds are minimal, random ones shrink, named ones
// stay as they are.
enum class WorldKind { kSmall, kRandom, kNamed };

// What one thread has found. Of several findings alike the first in the best kind of world stays,
// whichever thread comes to it.
struct Tally {
  struct First {
    WorldKind kind;
    int64_t item;
    Counterexample finding;

    bool ComesBefore(const First& other) const {
      return kind != other.kind ? kind < other.kind : item < other.item;
    }
  };
  std::map<ClauseId, Ruling> rulings;  // triggers summed
  std::map<ClauseId, First> violated;
  std::optional<First> misbehaviour;
  VirtualResult counts;
};

bool IsFinding(const Tally& tally) { return !tally.violated.empty() || tally.misbehaviour; }

class VirtualCampaign {
 public:
  VirtualCampaign(const Subject& subject, const VirtualOptions& options)
      : subject_(subject), options_(options), named_(options.scenarios) {
    if (!named_.empty()) return;
    for (const NamedScenario& named : ScenarioLibrary()) {
      named_.push_back(named.scenario);
      named_.back().seed = CaseSeed(options.seed, named.scenario.name);
    }
    small_ = options.unusual_most > 0 ? static_cast<int64_t>(SmallWorlds().size()) : 0;
    random_ = options.random_worlds;
    if (!options.border_worlds) return;
    for (const BorderWorld& border : BorderWorlds()) {
      const uint64_t seed = CaseSeed(options.seed, border.scenario.name);
      border_.push_back(border.scenario);
      border_.back().seed = SuitableSeed(border.scenario, options.profile, seed, border.suits);
    }
  }

  VirtualResult Run();

 private:
  // In their order: the named ones, the small ones, random ones, those at the borders.
  int64_t named() const { return static_cast<int64_t>(named_.size()); }
  int64_t items() const {
    return named() + small_ + random_ + static_cast<int64_t>(border_.size());
  }
  void Work(Tally& tally);
  void DoItem(int64_t item, Tally& tally);
  void DoNamed(int64_t item, const Scenario& scenario, Tally& tally);
  void DoSmall(int64_t item, const Scenario& scenario, Tally& tally);
  void DoRandom(int64_t item, int64_t number, Tally& tally);
  void Take(int64_t item, const WorldCheck& check, const Scenario& scenario, const ChoicePath* path,
            Tally& tally);
  WorldKind WorldKindOf(int64_t item) const;
  rc::Shrinkable<Scenario> RandomWorld(int64_t number) const REQUIRES(drawing_);
  void Merge(Tally& tally);
  void Shrink(Tally::First& first);

  const Subject& subject_;
  const VirtualOptions& options_;
  std::vector<Scenario> named_;
  int64_t small_ = 0;
  int64_t random_ = 0;
  std::vector<Scenario> border_;
  std::atomic<int64_t> next_{0};
  std::atomic<bool> stop_{false};
  Mutex drawing_;  // of random worlds: RapidCheck draws on one thread at a time
  Tally all_;
};

VirtualResult VirtualCampaign::Run() {
  std::vector<Tally> tallies(static_cast<size_t>(std::max(options_.threads, 1)));
  std::vector<std::thread> threads;
  for (size_t i = 1; i < tallies.size(); ++i) {
    try {
      threads.emplace_back([&, i] { Work(tallies[i]); });
    } catch (const std::system_error&) {
      break;  // the system has no thread left: those that run do the work
    }
  }
  Work(tallies[0]);
  for (std::thread& thread : threads) thread.join();
  for (Tally& tally : tallies) Merge(tally);

  VirtualResult result = std::move(all_.counts);
  result.whole = next_ >= items() && !stop_;
  result.rulings = std::move(all_.rulings);
  for (auto& [clause, first] : all_.violated) {
    if (options_.shrink && options_.until_violated != clause) Shrink(first);
    const int64_t triggers = result.rulings.at(clause).triggers;
    result.rulings.at(clause) = first.finding.ruling;
    result.rulings.at(clause).triggers = triggers;
    result.bundles.emplace(clause, std::move(first.finding.bundle));
  }
  if (all_.misbehaviour) {
    // What does not come back is waited for each time.
    if (all_.misbehaviour->finding.ruling.verdict != Verdict::kTimeout) Shrink(*all_.misbehaviour);
    result.misbehaviour = std::move(all_.misbehaviour->finding);
  }
  return result;
}

void VirtualCampaign::Work(Tally& tally) {
  while (!stop_) {
    const int64_t item = next_++;
    if (item >= items()) return;
    DoItem(item, tally);
    if (options_.until_violated && tally.violated.contains(*options_.until_violated)) stop_ = true;
    if (options_.until_any_finding && IsFinding(tally)) stop_ = true;
    if (options_.progress && !options_.progress(item + 1, items())) stop_ = true;
  }
}

void VirtualCampaign::DoItem(int64_t item, Tally& tally) {
  if (item < named()) return DoNamed(item, named_[static_cast<size_t>(item)], tally);
  const int64_t small = item - named();
  if (small < small_) return DoSmall(item, SmallWorlds()[static_cast<size_t>(small)], tally);
  const int64_t random = small - small_;
  if (random < random_) return DoRandom(item, random, tally);
  DoNamed(item, border_[static_cast<size_t>(random - random_)], tally);
}

void VirtualCampaign::DoNamed(int64_t item, const Scenario& scenario, Tally& tally) {
  const WorldOptions world = {.profile = options_.profile,
                              .deviation = subject_.deviation,
                              .events_most = kNamedEventsMost};
  Take(item, Check(subject_, scenario, world, options_.clauses), scenario, nullptr, tally);
}

void VirtualCampaign::DoSmall(int64_t item, const Scenario& scenario, Tally& tally) {
  ChoicePath path(options_.unusual_most);
  const WorldOptions world = {.profile = options_.profile,
                              .knobs = SmallWorldKnobs(scenario),
                              .deviation = subject_.deviation,
                              .choices = &path,
                              .events_most = kSmallEventsMost};
  int64_t schedules = 0;
  do {
    Take(item, Check(subject_, scenario, world, options_.clauses), scenario, &path, tally);
    if (options_.until_violated && tally.violated.contains(*options_.until_violated)) break;
    if (options_.until_any_finding && IsFinding(tally)) break;
  } while (++schedules < options_.schedules_most && !stop_ && path.Advance());
  tally.counts.schedules += schedules;
}

rc::Shrinkable<Scenario> VirtualCampaign::RandomWorld(int64_t number) const {
  const rc::Random random(CaseSeed(options_.seed, fmt::format("world {}", number)));
  return ArbitraryWorld()(random, kGenSize);
}

void VirtualCampaign::DoRandom(int64_t item, int64_t number, Tally& tally) {
  const Scenario scenario = [&] {
    const MutexLock lock(drawing_);
    return RandomWorld(number).value();
  }();
  const WorldOptions world = {.profile = options_.profile,
                              .deviation = subject_.deviation,
                              .events_most = kRandomEventsMost};
  Take(item, Check(subject_, scenario, world, options_.clauses), scenario, nullptr, tally);
}

void VirtualCampaign::Take(int64_t item, const WorldCheck& check, const Scenario& scenario,
                           const ChoicePath* path, Tally& tally) {
  VirtualResult& counts = tally.counts;
  ++counts.worlds;
  counts.cycles += check.run.cycles;
  counts.events += check.run.events;
  counts.virtual_ns += check.run.virtual_ns;
  const auto bundle = [&](std::optional<ClauseId> clause) {
    Bundle made{.implementation = subject_.name,
                .profile = options_.profile,
                .clause = clause,
                .scenario = scenario};
    if (path != nullptr) made.choices = path->Taken();
    return made;
  };
  const auto first = [&](const Ruling& ruling, std::optional<ClauseId> clause) {
    return Tally::First{WorldKindOf(item), item, {ruling, bundle(clause)}};
  };
  for (const Ruling& ruling : check.rulings) {
    if (ruling.tier != kV) continue;
    const auto [place, is_new] =
        tally.rulings.try_emplace(ruling.clause, Ruling{.clause = ruling.clause, .tier = kV});
    Ruling& sum = place->second;
    sum.triggers += ruling.triggers;
    if (ruling.verdict == Verdict::kViolates) {
      sum.verdict = Verdict::kViolates;
      const auto found = tally.violated.find(ruling.clause);
      if (found == tally.violated.end()) {
        tally.violated.emplace(ruling.clause, first(ruling, ruling.clause));
      } else if (WorldKindOf(item) < found->second.kind) {
        found->second = first(ruling, ruling.clause);
      }
    } else if (ruling.verdict == Verdict::kConforms && sum.verdict != Verdict::kViolates) {
      sum.verdict = Verdict::kConforms;
    }
  }
  const std::optional<Ruling> misbehaviour = MisbehaviourOf(check.run);
  if (!misbehaviour) return;
  if (!tally.misbehaviour || WorldKindOf(item) < tally.misbehaviour->kind) {
    tally.misbehaviour = first(*misbehaviour, std::nullopt);
  }
  if (misbehaviour->verdict == Verdict::kTimeout) stop_ = true;
}

WorldKind VirtualCampaign::WorldKindOf(int64_t item) const {
  const int64_t small = item - named();
  if (small < 0 || small >= small_ + random_) return WorldKind::kNamed;
  return small < small_ ? WorldKind::kSmall : WorldKind::kRandom;
}

void VirtualCampaign::Merge(Tally& tally) {
  VirtualResult& counts = all_.counts;
  counts.worlds += tally.counts.worlds;
  counts.schedules += tally.counts.schedules;
  counts.cycles += tally.counts.cycles;
  counts.events += tally.counts.events;
  counts.virtual_ns += tally.counts.virtual_ns;
  for (auto& [clause, ruling] : tally.rulings) {
    const auto [place, is_new] = all_.rulings.try_emplace(clause, ruling);
    if (!is_new) place->second = Combine(place->second, ruling);
  }
  for (auto& [clause, first] : tally.violated) {
    const auto [place, is_new] = all_.violated.try_emplace(clause, first);
    if (!is_new && first.ComesBefore(place->second)) place->second = first;
  }
  if (tally.misbehaviour &&
      (!all_.misbehaviour || tally.misbehaviour->ComesBefore(*all_.misbehaviour))) {
    all_.misbehaviour = std::move(tally.misbehaviour);
  }
}

// Only what RapidCheck has drawn knows how to shrink.
void VirtualCampaign::Shrink(Tally::First& first) {
  if (first.kind != WorldKind::kRandom) return;
  const int64_t number = first.item - named() - small_;
  Bundle& bundle = first.finding.bundle;
  const auto shows = [&](const Scenario& scenario) -> std::optional<Ruling> {
    if (!Validate(scenario).empty()) return std::nullopt;
    const WorldOptions world = {.profile = options_.profile,
                                .deviation = subject_.deviation,
                                .events_most = kRandomEventsMost};
    const WorldCheck check = Check(subject_, scenario, world, options_.clauses);
    if (!bundle.clause) {
      std::optional<Ruling> ruling = MisbehaviourOf(check.run);
      return ruling && ruling->verdict == first.finding.ruling.verdict ? ruling : std::nullopt;
    }
    for (const Ruling& ruling : check.rulings) {
      if (ruling.clause == *bundle.clause && ruling.tier == kV &&
          ruling.verdict == Verdict::kViolates)
        return ruling;
    }
    return std::nullopt;
  };
  const MutexLock lock(drawing_);  // what is smaller is drawn too, one by one
  rc::Shrinkable<Scenario> least = RandomWorld(number);
  int tries = 0;
  for (bool smaller = true; smaller && tries < kShrinkTriesMost;) {
    smaller = false;
    rc::Seq<rc::Shrinkable<Scenario>> shrinks = least.shrinks();
    for (auto candidate = shrinks.next(); candidate && tries < kShrinkTriesMost;
         candidate = shrinks.next()) {
      ++tries;
      std::optional<Ruling> ruling = shows(candidate->value());
      if (!ruling) continue;
      least = std::move(*candidate);
      first.finding.ruling = std::move(*ruling);
      smaller = true;
      break;
    }
  }
  bundle.scenario = least.value();
}

}  // namespace

std::optional<Ruling> MisbehaviourOf(const WorldRun& run) {
  if (!BlamesMonitor(run.end)) return std::nullopt;
  return Ruling{.clause = ClauseId{},
                .tier = kV,
                .verdict = VerdictOf(run.end),
                .triggers = 1,
                .message = run.message};
}

VirtualResult RunVirtually(const Subject& subject, const VirtualOptions& options) {
  return VirtualCampaign(subject, options).Run();
}

WorldCheck RunBundle(const Subject& subject, const Bundle& bundle, EventSink* sink) {
  WorldOptions options = {
      .profile = bundle.profile, .deviation = subject.deviation, .events_most = kNamedEventsMost};
  if (!bundle.choices) return Check(subject, bundle.scenario, options, {}, sink);
  ChoicePath path(*bundle.choices);
  options.knobs = SmallWorldKnobs(bundle.scenario);
  options.choices = &path;
  return Check(subject, bundle.scenario, options, {}, sink);
}

}  // namespace proctor
