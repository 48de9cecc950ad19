#include "stress/run/compare_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "conformance/campaign/campaign.h"
#include "conformance/campaign/live_run.h"
#include "conformance/campaign/machine.h"
#include "conformance/campaign/plan.h"
#include "conformance/campaign/ruling_table.h"
#include "conformance/implementations/implementation.h"
#include "conformance/process/process.h"
#include "conformance/report/exit_status.h"
#include "stress/run/host_floors.h"
#include "stress/run/latencies.h"

namespace proctor {
namespace {

// With fewer than 12 runs on each side no p-value is small enough to be called a difference where
// ten latencies of several implementations are tested; more than 24 prove hardly more.
constexpr int kRoundsLeast = 6;  // of two runs each
constexpr int kRoundsMost = 12;
// After as many failures in a row from the start, no later run is going to bring anything.
constexpr int kFailuresMost = 8;
// What is to be looked at, and not compared by a test.
int UntestedRounds(size_t sides) { return sides > 3 ? 1 : 2; }

class Comparison {
 public:
  Comparison(const CompareRequest& request, const OutputFolder& folder, Listener& listener)
      : request_(request),
        folder_(folder),
        listener_(listener),
        selection_(*SelectClauses("*", error_)),
        end_ns_(MonotonicNowNs() + request.budget_ms * 1'000'000) {}

  CompareEnd Run();

 private:
  struct Side {
    Side(Implementation built, OutputFolder own, const Selection& selection)
        : implementation(std::move(built)), folder(std::move(own)), rulings(selection, kX) {}

    const Implementation implementation;
    const OutputFolder folder;
    RulingTable rulings;  // of its last measurement
    std::optional<LiveRun> run;
    bool measured = false;
    int failures = 0;
  };

  bool Build();
  bool CheckClauses(size_t who);
  void MeasureRound(int round);
  bool Introduce(size_t who);
  void Measure(const Measurement& measurement, size_t who);
  void NoteUnmeasured(const Measurement& measurement, size_t who);
  bool KnowsAnything() const;
  bool Fail(const std::string& error, int status);
  void NoteWhatIsOpen();

  const CompareRequest& request_;
  const OutputFolder& folder_;
  Listener& listener_;
  std::string error_;
  const Selection selection_;
  const int64_t end_ns_;
  std::deque<Side> sides_;
  std::vector<Latency> floors_;
  std::map<size_t, std::set<std::string>> unmeasured_;  // by who
  int rounds_ = 0;
  bool refused_ = false;  // an adapter does not do what all of them must: no run of it would
  CompareEnd end_;
};

CompareEnd Comparison::Run() {
  if (!Build()) return std::move(end_);
  for (size_t who = 0; who < sides_.size(); ++who) {
    if (!CheckClauses(who)) return std::move(end_);
  }
  for (; rounds_ < kRoundsMost && !listener_.Stopped() && !refused_; ++rounds_) {
    if (rounds_ >= kRoundsLeast && MonotonicNowNs() > end_ns_) break;
    MeasureRound(rounds_);
  }
  if (!end_.errors.empty() && end_.results.empty()) return std::move(end_);
  NoteWhatIsOpen();
  for (Results& results : end_.results) {
    results.floors = floors_;
    // A violation outweighs a failure, as within one implementation's results.
    const bool graver =
        end_.exit_status != kExitViolation &&
        (results.exit_status == kExitViolation || results.exit_status > end_.exit_status);
    if (graver) end_.exit_status = results.exit_status;
  }
  return std::move(end_);
}

// A verdict or a latency is there, which is not to be lost.
bool Comparison::KnowsAnything() const {
  return std::ranges::any_of(sides_, &Side::measured) ||
         std::ranges::any_of(end_.results,
                             [](const Results& results) { return !results.verdicts.empty(); });
}

bool Comparison::Fail(const std::string& error, int status) {
  end_.errors.push_back(error);
  end_.exit_status = status;
  if (!KnowsAnything()) end_.results.clear();
  return false;
}

bool Comparison::Build() {
  for (const std::string& name : request_.implementations) {
    listener_.OnProgress(fmt::format("building the adapter of {}", name));
    const std::string path = fmt::format("{}/{}", folder_.path(), sides_.size() + 1);
    std::string error;
    std::optional<OutputFolder> own = OutputFolder::Open(path, error);
    if (!own) return Fail(error, kExitFailed);
    BuildFailure failure{};
    std::optional<Implementation> built = BuildImplementation(
        name, path, failure, error,
        {.within_ns = std::max<int64_t>(end_ns_ - MonotonicNowNs(), 0), .stop = listener_.stop()});
    if (!built) {
      return Fail(error, failure == BuildFailure::kUnknownName ? kExitWrongUsage : kExitFailed);
    }
    sides_.emplace_back(std::move(*built), std::move(*own), selection_);
  }
  return true;
}

bool Comparison::CheckClauses(size_t who) {
  Results results{.implementation = sides_[who].implementation.name};
  if (request_.clauses && !listener_.Stopped()) {
    std::string error;
    const int64_t share_ms = request_.budget_ms / 2 / static_cast<int64_t>(sides_.size());
    const std::optional<Plan> plan = MakePlan({.program = request_.program,
                                               .implementation = request_.implementations[who],
                                               .tiers = kO | kX,
                                               .seed = request_.seed,
                                               .budget_ms = share_ms},
                                              std::nullopt, error);
    if (!plan) return Fail(error, kExitFailed);
    CampaignEnd checked = RunCampaign(*plan, sides_[who].folder, listener_);
    for (const std::string& line : checked.errors) end_.errors.push_back(line);
    if (!checked.results) return Fail("its clauses could not be judged", checked.exit_status);
    results = std::move(*checked.results);
  }
  results.machine = DescribeMachine();
  for (const Measurement& measurement : Measurements()) {
    for (Latency& figure : BlankFigures(measurement)) {
      results.latencies.push_back(std::move(figure));
    }
  }
  end_.results.push_back(std::move(results));
  return true;
}

// One line for each implementation, and one for all where it was interrupted.
void Comparison::NoteWhatIsOpen() {
  if (listener_.Stopped()) {
    end_.open.push_back(
        fmt::format("interrupted after {} rounds of measurements; at least {} are made", rounds_,
                    kRoundsLeast));
  }
  for (const auto& [who, lines] : unmeasured_) {
    end_.open.push_back(fmt::format("{} of {} latencies were not measured; the first: {}",
                                    lines.size(), Measurements().size(), *lines.begin()));
  }
  if (!end_.open.empty()) end_.exit_status = kExitInconclusive;
}

// Every latency of every implementation, there and back: A B B A.
void Comparison::MeasureRound(int round) {
  MeasureHostFloors(floors_);
  for (const Measurement& measurement : Measurements()) {
    if (!IsTested(measurement) && round >= UntestedRounds(sides_.size())) continue;
    listener_.OnProgress(fmt::format("round {}: {}", round + 1, measurement.scenario.name));
    for (size_t who = 0; who < sides_.size(); ++who) Measure(measurement, who);
    for (size_t who = sides_.size(); who-- > 0;) Measure(measurement, who);
  }
}

// False: the adapter does not say who it is, or it was interrupted.
bool Comparison::Introduce(size_t who) {
  Side& side = sides_[who];
  if (side.run) return true;
  side.run.emplace(LiveRun::Options{.implementation = side.implementation,
                                    .tiers = kX,
                                    .seed = request_.seed,
                                    .measure = true},
                   side.folder, side.rulings, listener_);
  refused_ = !side.run->Introduce() && !listener_.Stopped();
  const std::optional<Handshake>& handshake = side.run->handshake();
  if (end_.results[who].version.empty() && handshake) {
    end_.results[who].version = handshake->version;
    end_.results[who].profile = side.run->profile().value_or(kDefaultProfile);
  }
  return !refused_ && !listener_.Stopped();
}

void Comparison::Measure(const Measurement& measurement, size_t who) {
  if (listener_.Stopped() || refused_) return;
  Side& side = sides_[who];
  side.rulings.Forget();
  const bool introduced = Introduce(who);
  if (introduced && measurement.only_unstamped &&
      !side.run->handshake()->stamps.contains(measurement.scenario.stamps)) {
    return;
  }
  side.run->Run({measurement.scenario, {ClauseId::kHAND_8}});
  if (side.run->figures()) {
    side.measured = true;
    AddFigures(measurement, *side.run->figures(), end_.results[who].latencies);
  } else {
    NoteUnmeasured(measurement, who);
  }
}

void Comparison::NoteUnmeasured(const Measurement& measurement, size_t who) {
  Results& results = end_.results[who];
  const Ruling* ruling = sides_[who].rulings.Find(ClauseId::kHAND_8, kX);
  if (listener_.Stopped() || ruling == nullptr) return;
  if (refused_) {
    Fail(fmt::format("{}: {}", results.implementation, ruling->message), kExitFailed);
    return;
  }
  // A curve ends where the runtime does not go on: with one P, for example.
  if (!measurement.grows_with.empty() && ruling->verdict == Verdict::kUnsupported) return;
  const std::string line = fmt::format("{}: {} was not measured: {}", results.implementation,
                                       measurement.scenario.name, ruling->message);
  if (std::ranges::find(results.unjudged, line) == results.unjudged.end()) {
    results.unjudged.push_back(line);
  }
  if (ruling->verdict == Verdict::kUnsupported) return;
  unmeasured_[who].insert(line);
  if (sides_[who].measured || ++sides_[who].failures < kFailuresMost) return;
  refused_ = true;
  Fail(fmt::format("{}: nothing was measured in {} runs; the last: {}", results.implementation,
                   kFailuresMost, ruling->message),
       kExitFailed);
}

}  // namespace

CompareEnd RunComparison(const CompareRequest& request, const OutputFolder& folder,
                         Listener& listener) {
  return Comparison(request, folder, listener).Run();
}

}  // namespace proctor
