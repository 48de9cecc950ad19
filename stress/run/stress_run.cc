#include "stress/run/stress_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "conformance/campaign/assembly.h"
#include "conformance/campaign/live_run.h"
#include "conformance/campaign/machine.h"
#include "conformance/campaign/plan.h"
#include "conformance/campaign/ruling_table.h"
#include "conformance/campaign/shell.h"
#include "conformance/file/output_file.h"
#include "conformance/implementations/implementation.h"
#include "conformance/process/process.h"
#include "conformance/report/exit_status.h"
#include "stress/run/canary_check.h"
#include "stress/run/load.h"
#include "stress/run/stress_case.h"
#include "stress/workloads/workloads.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSmallerRunsMost = 12;  // for one case that failed
constexpr size_t kFailuresMost = 50;     // that are kept and shown
constexpr size_t kOldCasesMost = 20;     // that run first
constexpr size_t kCadencesMost = 8;

struct Failure {
  std::string what;    // "HAND-8.X violates: ... [name]"
  std::string replay;  // empty: its case could not be kept
};

class StressRun {
 public:
  StressRun(const StressRequest& request, const OutputFolder& folder, Listener& listener)
      : request_(request),
        folder_(folder),
        listener_(listener),
        selection_(*SelectClauses("*", error_)),
        rulings_(selection_, kAdapterTiers) {}

  StressEnd Run();

 private:
  bool Prepare();
  bool Ended() const { return listener_.Stopped() || MonotonicNowNs() >= end_ns_; }
  void RunOldCases();
  void RunNewCases();
  void RunNewCase(const Workload& workload, const Fault& fault, int64_t number);
  void RunCase(const StressCase& stress_case);
  std::vector<Ruling> Perform(const StressCase& stress_case);
  const Ruling* FailureIn(const std::vector<Ruling>& rulings) const;
  void OnFailure(StressCase failed, const Ruling& ruling);
  StressCase MakeSmaller(StressCase failed, const Ruling& ruling);
  void Forget(const std::string& name) const;
  Results MakeResults();
  std::string Summary() const;
  std::string CorpusPath() const { return folder_.path() + "/corpus"; }

  const StressRequest& request_;
  const OutputFolder& folder_;
  Listener& listener_;
  std::string error_;
  const Selection selection_;
  RulingTable rulings_;  // of all cases
  Implementation implementation_;
  Expectations expectations_;
  std::optional<Profile> profile_;
  std::string version_;
  int64_t end_ns_ = 0;
  Load load_;
  Noise noise_;
  std::vector<Cadence> cadences_;
  std::map<std::string, int> cases_;  // by workload, and by fault
  int all_cases_ = 0;
  std::vector<Failure> failures_;
  std::map<std::pair<ClauseId, Tier>, std::string> replays_;
  std::vector<std::string> unjudged_;  // what an earlier run has kept and this one has not run
  StressEnd end_;
};

StressEnd StressRun::Run() {
  end_ns_ = MonotonicNowNs() + request_.budget_ms * 1'000'000;
  if (!Prepare()) return std::move(end_);
  if (request_.case_file.empty()) {
    listener_.OnProgress("the canary: a broken monitor, and a right one");
    const std::string wrong = CheckCanary(folder_, listener_);
    if (!wrong.empty()) end_.campaign.errors.push_back(wrong);
    RunOldCases();
    RunNewCases();
  } else {
    const std::optional<StressCase> only = ReadStressCase(request_.case_file, error_);
    if (!only) {
      end_.campaign.errors.push_back(error_);
      end_.campaign.exit_status = kExitWrongUsage;
      return std::move(end_);
    }
    RunCase(*only);
  }
  Results results = MakeResults();
  if (!end_.campaign.errors.empty()) results.exit_status = kExitFailed;
  end_.campaign.exit_status = results.exit_status;
  end_.campaign.results = std::move(results);
  end_.summary = Summary();
  return std::move(end_);
}

bool StressRun::Prepare() {
  std::optional<Expectations> expectations = LookUpExpectations(
      "", request_.implementation.substr(0, request_.implementation.find('=')), error_);
  if (expectations) expectations_ = std::move(*expectations);
  listener_.OnProgress(fmt::format("building the adapter of {}", request_.implementation));
  BuildFailure failure{};
  std::optional<Implementation> built =
      BuildImplementation(request_.implementation, folder_.path(), failure, error_,
                          {.within_ns = end_ns_ - MonotonicNowNs(), .stop = listener_.stop()});
  if (!built) {
    end_.campaign.exit_status =
        failure == BuildFailure::kUnknownName ? kExitWrongUsage : kExitFailed;
    end_.campaign.errors.push_back(error_);
    return false;
  }
  implementation_ = std::move(*built);
  std::error_code failed;
  fs::create_directories(CorpusPath(), failed);
  return true;
}

void StressRun::RunOldCases() {
  std::vector<std::string> paths;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(CorpusPath(), failed)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  }
  std::ranges::sort(paths);
  size_t run = 0;
  for (const std::string& path : paths) {
    if (Ended() || run >= kOldCasesMost) {
      unjudged_.push_back(
          fmt::format("{} of {} kept cases of earlier runs were not run; the first: {}",
                      paths.size() - run, paths.size(), path));
      return;
    }
    ++run;
    if (const std::optional<StressCase> old = ReadStressCase(path, error_)) {
      ++cases_["of an earlier run"];
      RunCase(*old);
    } else {
      unjudged_.push_back(error_);
    }
  }
}

// Every workload with every fault in turn, with more load each time.
void StressRun::RunNewCases() {
  std::vector<const Workload*> workloads;
  for (const Workload& workload : Workloads()) {
    if (request_.workload.empty() || request_.workload == workload.name) {
      workloads.push_back(&workload);
    }
  }
  std::vector<const Fault*> faults;
  for (const Fault& fault : Faults()) {
    if (fault.unavailable == nullptr || fault.unavailable().empty()) faults.push_back(&fault);
  }
  for (int64_t number = 0; !Ended(); ++number) {
    const auto column = static_cast<size_t>(number) % workloads.size();
    const auto row = static_cast<size_t>(number) / workloads.size();
    RunNewCase(*workloads[column], *faults[(row + column) % faults.size()], number);
  }
}

void StressRun::RunNewCase(const Workload& workload, const Fault& fault, int64_t number) {
  const int64_t round = number / std::ssize(Workloads()) / std::ssize(Faults());
  const int64_t grown = int64_t{1} << std::min<int64_t>(round, 10);
  const int64_t intensity = request_.intensity > 0 ? request_.intensity : grown;
  const std::string name = fmt::format("{}_{}_{}", workload.name, fault.name, number);
  StressCase made{.fault = &fault,
                  .scenario = MakeScenario(workload, CaseSeed(request_.seed, name), intensity)};
  made.scenario.name = name;
  if (fault.change != nullptr) fault.change(made.scenario);
  const int64_t left_s = std::max<int64_t>((end_ns_ - MonotonicNowNs()) / 1'000'000'000, 0);
  listener_.OnProgress(fmt::format("[{}:{:02} left] {} cases, {} failed: {} under {}", left_s / 60,
                                   left_s % 60, all_cases_, failures_.size(), workload.name,
                                   fault.name));
  ++cases_[std::string(workload.name)];
  RunCase(made);
}

void StressRun::RunCase(const StressCase& stress_case) {
  ++all_cases_;
  ++cases_["under " + std::string(stress_case.fault->name)];
  const std::vector<Ruling> rulings = Perform(stress_case);
  for (const Ruling& ruling : rulings) rulings_.Take(ruling);
  if (listener_.Stopped()) return;
  if (const Ruling* failure = FailureIn(rulings)) {
    OnFailure(stress_case, *failure);
  } else {
    Forget(stress_case.scenario.name);
  }
}

// Its rulings, without what the fault excuses.
std::vector<Ruling> StressRun::Perform(const StressCase& stress_case) {
  const bool trace = stress_case.scenario.stamps == Stamps::kAll;
  const TierSet tiers = trace ? kAdapterTiers : (kO | kX);
  RulingTable table(selection_, tiers);
  std::optional<FaultThread> at_work;
  LiveRun run({.implementation = implementation_,
               .tiers = tiers,
               .seed = request_.seed,
               .profile = profile_,
               .on_process =
                   [&](pid_t pid) {
                     at_work.reset();
                     if (pid != 0) at_work.emplace(*stress_case.fault, pid);
                   }},
              folder_, table, listener_);
  const int64_t start_ns = MonotonicNowNs();
  const std::string name =
      stress_case.scenario.name.substr(0, stress_case.scenario.name.rfind('_'));
  const Workload* workload = FindWorkload(name.substr(0, name.rfind('_')));
  const bool known = workload != nullptr && !workload->clauses.empty();
  run.Introduce();
  run.Run(
      {stress_case.scenario, known ? workload->clauses : std::vector<ClauseId>{ClauseId::kHAND_8}});
  at_work.reset();
  if (run.gathered()) load_.Add(*run.gathered(), MonotonicNowNs() - start_ns);
  if (run.handshake()) version_ = run.handshake()->version;
  profile_ = run.profile();
  noise_.Merge(run.noise());
  for (const Cadence& cadence : run.cadences()) {
    if (cadences_.size() < kCadencesMost) cadences_.push_back(cadence);
  }
  std::vector<Ruling> rulings;
  for (const ClauseId clause : selection_.clauses) {
    for (const Tier tier : kTiers) {
      const Ruling* found = table.Find(clause, tier);
      if (found == nullptr) continue;
      Ruling ruling = *found;
      if (ruling.verdict == Verdict::kViolates && Excuses(*stress_case.fault, ruling)) {
        ruling.verdict = Verdict::kInconclusive;
        ruling.message = fmt::format("excused, {}: {}", stress_case.fault->about, ruling.message);
      }
      rulings.push_back(std::move(ruling));
    }
  }
  return rulings;
}

// The first that nobody expects; nullptr: there is none.
const Ruling* StressRun::FailureIn(const std::vector<Ruling>& rulings) const {
  for (const Ruling& ruling : rulings) {
    const bool failed = ruling.verdict == Verdict::kViolates || ruling.verdict == Verdict::kCrash ||
                        ruling.verdict == Verdict::kTimeout || ruling.verdict == Verdict::kError;
    if (!failed) continue;
    const Expectation* expected = FindExpectation(expectations_, profile_.value_or(kDefaultProfile),
                                                  ruling.clause, ruling.tier);
    if (expected == nullptr || expected->verdict != ruling.verdict) return &ruling;
  }
  return nullptr;
}

void StressRun::OnFailure(StressCase failed, const Ruling& ruling) {
  if (failures_.size() >= kFailuresMost) return;
  const std::pair<ClauseId, Tier> which(ruling.clause, ruling.tier);
  const bool is_new = !replays_.contains(which);
  failed.about = fmt::format("{}.{} {}: {}", ClauseName(ruling.clause), TierName(ruling.tier),
                             VerdictName(ruling.verdict), ruling.message);
  Failure failure{.what = failed.about};
  // What fails alike again and again is made small once.
  const bool reproduces = is_new && request_.case_file.empty();
  if (reproduces) failed = MakeSmaller(std::move(failed), ruling);
  const std::string path = fmt::format("{}/{}.json", CorpusPath(), failed.scenario.name);
  std::string error;
  if (folder_.kept() && request_.case_file.empty()) {
    if (WriteWholeFile(path, FormatStressCase(failed), error)) {
      const std::vector<std::string> words = {request_.program, "stress", request_.implementation,
                                              "--case", path};
      failure.replay = ShellCommand(words);
    } else {
      end_.campaign.errors.push_back(error);
    }
  }
  replays_.try_emplace(which, failure.replay);
  failures_.push_back(std::move(failure));
}

StressCase StressRun::MakeSmaller(StressCase failed, const Ruling& ruling) {
  const std::string name = failed.scenario.name;
  for (size_t runs = 0; runs < kSmallerRunsMost;) {
    std::optional<StressCase> smaller;
    for (StressCase& candidate : SmallerCases(failed)) {
      if (Ended() || ++runs > kSmallerRunsMost) break;
      listener_.OnProgress(
          fmt::format("making {} smaller: run {} of at most {}", name, runs, kSmallerRunsMost));
      // What the run that failed has left stays.
      candidate.scenario.name = fmt::format("{}.{}", name, runs);
      const std::vector<Ruling> rulings = Perform(candidate);
      const bool alike = std::ranges::any_of(rulings, [&](const Ruling& other) {
        return other.clause == ruling.clause && other.tier == ruling.tier &&
               other.verdict == ruling.verdict;
      });
      if (!alike) {
        Forget(candidate.scenario.name);
        continue;
      }
      smaller = std::move(candidate);
      break;
    }
    if (!smaller) break;
    if (failed.scenario.name != name) Forget(failed.scenario.name);
    failed = std::move(*smaller);
  }
  failed.scenario.name = name;
  return failed;
}

// The files of a case that passed: a run of hours would fill a disk with them.
void StressRun::Forget(const std::string& name) const {
  for (const std::string& file : {name, name + ".runtime"}) {
    const std::string trace = folder_.TracePath(file);
    for (const std::string& path : {trace, trace.substr(0, trace.rfind(".jsonl")) + ".chrome.json",
                                    folder_.ScenarioPath(file), folder_.StderrPath(file)}) {
      std::error_code ignored;
      fs::remove(path, ignored);
    }
  }
}

Results StressRun::MakeResults() {
  std::vector<Ruling> rulings;
  for (const ClauseId clause : selection_.clauses) {
    for (const Tier tier : kTiers) {
      const Ruling* ruling = rulings_.Find(clause, tier);
      if (ruling == nullptr || ruling->verdict == Verdict::kNotObservable) continue;
      rulings.push_back(*ruling);
    }
  }
  return AssembleResults({.implementation = implementation_.name,
                          .version = version_,
                          .profile = profile_.value_or(kDefaultProfile),
                          .rulings = rulings,
                          .unjudged = unjudged_,
                          .machine = DescribeMachine(),
                          .noise = noise_,
                          .cadences = cadences_,
                          .replay =
                              [&](const Ruling& ruling) {
                                const auto found = replays_.find({ruling.clause, ruling.tier});
                                return found != replays_.end() ? found->second : "";
                              }},
                         expectations_);
}

std::string StressRun::Summary() const {
  std::string text = fmt::format("{} cases, {} failed, seed {}{}\n", all_cases_, failures_.size(),
                                 request_.seed, listener_.Stopped() ? "; interrupted" : "");
  for (const auto& [name, count] : cases_) text += fmt::format("  {:28} {:>6}\n", name, count);
  for (const Fault& fault : Faults()) {
    const std::string reason = fault.unavailable != nullptr ? fault.unavailable() : "";
    if (!reason.empty()) text += fmt::format("  SKIPPED {}: {}\n", fault.name, reason);
  }
  text += load_.Describe();
  for (const Failure& failure : failures_) {
    text += fmt::format("failed: {}\n", failure.what);
    if (!failure.replay.empty()) text += fmt::format("  replay: {}\n", failure.replay);
  }
  if (!failures_.empty() && !folder_.kept())
    text += "to keep the cases that failed, each with a line that runs it again, give --out DIR\n";
  return text + "\n";
}

}  // namespace

StressEnd RunStress(const StressRequest& request, const OutputFolder& folder, Listener& listener) {
  return StressRun(request, folder, listener).Run();
}

}  // namespace proctor
