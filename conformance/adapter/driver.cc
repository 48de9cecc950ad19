#include "conformance/adapter/driver.h"

#include <fmt/core.h>
#include <poll.h>

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "conformance/adapter/canary.h"
#include "conformance/adapter/conclusion.h"
#include "conformance/adapter/deadlock_report.h"
#include "conformance/adapter/event_merger.h"
#include "conformance/adapter/link.h"
#include "conformance/adapter/outside.h"
#include "conformance/adapter/protocol.h"
#include "conformance/adapter/rest_watch.h"
#include "conformance/adapter/stamp_order.h"
#include "conformance/evidence/harness_end.h"
#include "conformance/evidence/trace.h"
#include "conformance/observer/observer.h"
#include "conformance/process/pipe_signal.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kReapWithinNs = 5'000 * kNsPerMs;  // of a process that was killed
constexpr int64_t kDumpWithinNs = 2'000 * kNsPerMs;

constexpr int64_t kLookEveryNs = 50 * kNsPerMs;
constexpr char kJustEnded[] = "the scenario says that it ends in a deadlock, and it just ended";
// A process that has reported a deadlock ends at once.
constexpr int64_t kEndsWithinNs = 2'000 * kNsPerMs;

// One scenario on one process, from its start to its end.
class Session {
 public:
  Session(const RunOptions& options, const Scenario& scenario)
      : options_(options), scenario_(scenario), link_(options.stop) {}
  ~Session();

  Run Perform();

 private:
  bool Start();
  bool Greet();
  void Pump();
  void Settle();
  void End();
  void Fail(Outcome outcome, std::string message);
  bool Failed() const { return run_.outcome != Outcome::kDone; }
  bool EndsByDeadlock() const { return scenario_.ending == Ending::kDeadlock; }

  // What the adapter said next; false: nothing will come (Fail was called, it ended, or the
  // deadline has passed).
  bool ReadLine(int64_t deadline_ns, std::string& line,
                const std::function<bool()>& is_in_vain = {});
  void OnReply(const std::string& line);
  void OnEvent(const Event& event);
  void StartOutside(int64_t scenario_start_ns);
  void OnEnded();
  void OnDeadline();
  bool LookForRest();
  void GiveUp(std::string message);
  void SendScenario();
  void Conclude();

  const RunOptions& options_;
  const Scenario& scenario_;
  Run run_{.outcome = Outcome::kDone};

  AdapterLink link_;
  std::unique_ptr<Observer> observer_;
  EventMerger merger_;
  EventMerger trace_;
  EventMerger inspected_;
  std::unique_ptr<Canary> canary_;  // after what it writes to

  StampOrder order_;
  Stamps stamps_ = Stamps::kAll;  // what the adapter was asked for
  RestWatch rest_{0};
  int64_t looked_ns_ = 0;
  int64_t reported_ns_ = 0;  // when a deadlock report was first seen; 0: never
  bool done_ = false;
  bool ended_ = false;
  bool ended_by_us_ = false;  // its time was up
  bool deadlocked_ = false;   // it reported a deadlock, and ended by it
  int64_t started_ns_ = 0;
  std::optional<OutsideSchedule> outside_;  // from the scenario's start on
};

Session::~Session() {
  if (canary_) canary_->Stop();
  link_.Kill();
  if (observer_) observer_->Stop();
}

void Session::Fail(Outcome outcome, std::string message) {
  if (Failed()) return;
  run_.outcome = outcome;
  run_.message = std::move(message);
}

bool Session::Start() {
  std::vector<std::string> env = options_.set_env;
  env.emplace_back("PROCTOR_ADAPTER=1");
  if (options_.trace) env.push_back(std::string(kTraceVariable) + "=1");
  std::string error;
  if (!link_.Start(options_.argv, std::move(env), scenario_.descriptors, error)) {
    Fail(Outcome::kError, error);
    return false;
  }
  if (options_.observe) {
    observer_ = Observer::Start(
        {.pid = link_.process()->pid(),
         .from_start = true,
         .declaration = {.by = MonitorDeclaration::By::kAdapterSoon},
         .layout = options_.layout,
         .breakpoints = true,
         .inspected = [this](const Event& event) { inspected_.Add(event); },
         .cpu_reads = true},
        [this](const Event& event) { merger_.Add(event); }, run_.observer_error);
  }
  rest_ = RestWatch(link_.process()->pid());
  started_ns_ = MonotonicNowNs();
  merger_.Add(MakeEvent(started_ns_, EventKind::kProcessStart));
  canary_ = std::make_unique<Canary>([this](const Event& event) { merger_.Add(event); });
  link_.process()->Release();
  if (options_.on_process) options_.on_process(link_.process()->pid());
  return true;
}

bool Session::ReadLine(int64_t deadline_ns, std::string& line,
                       const std::function<bool()>& is_in_vain) {
  if (ended_) return false;
  switch (link_.ReadLine(deadline_ns, options_.exit_ms, outside_ ? &*outside_ : nullptr, line,
                         is_in_vain)) {
    case AdapterLink::Reading::kLine:
      return true;
    case AdapterLink::Reading::kTooLong:
      Fail(Outcome::kError,
           fmt::format("the adapter wrote a line of more than {} bytes", kLineBytesMost));
      break;
    case AdapterLink::Reading::kClosed:
      Fail(Outcome::kError, fmt::format("the adapter closed its descriptor {}", kAdapterOutput));
      break;
    case AdapterLink::Reading::kEnded:
      OnEnded();
      break;
    case AdapterLink::Reading::kStopped:
      Fail(Outcome::kStopped, "interrupted while its scenario ran");
      break;
    case AdapterLink::Reading::kInVain:
    case AdapterLink::Reading::kDeadline:
      break;
  }
  return false;
}

bool Session::Greet() {
  std::string line;
  if (!ReadLine(MonotonicNowNs() + options_.handshake_ms * kNsPerMs, line)) {
    if (!ended_) {
      // What ReadLine has said already stays.
      Fail(Outcome::kError,
           fmt::format("the adapter sent no handshake within {} ms", options_.handshake_ms));
    }
    return false;
  }
  std::string error;
  const std::optional<Handshake> handshake = ParseHandshake(line, error);
  if (!handshake) {
    Fail(Outcome::kError, fmt::format("the adapter cannot be understood: {}", error));
    return false;
  }
  run_.handshake = *handshake;
  run_.greeted = true;
  if (observer_) observer_->Declare(DeclarationOf(*handshake));
  if (options_.greet_only) return true;
  error = FindUnsupported(*handshake, scenario_);
  if (!error.empty()) Fail(Outcome::kUnsupported, error);
  return !Failed();
}

void Session::Pump() {
  const int64_t deadline_ns = MonotonicNowNs() + scenario_.budget_ms * kNsPerMs;
  std::string line;
  while (!done_ && !Failed() && ReadLine(deadline_ns, line, [this] { return LookForRest(); })) {
    OnReply(line);
  }
  if (!done_ && !ended_ && !ended_by_us_ && !Failed()) OnDeadline();
}

// A process in which nothing runs any more, and nothing is to come, need not be waited for.
bool Session::LookForRest() {
  const int64_t now_ns = MonotonicNowNs();
  if (EndsByDeadlock() && HoldsDeadlockReport(link_.process()->captured())) {
    if (reported_ns_ == 0) reported_ns_ = now_ns;
    if (now_ns - reported_ns_ < kEndsWithinNs) return false;
    merger_.Add(MakeEvent(now_ns, EventKind::kDeadlockReport));
    merger_.Add(MakeEvent(now_ns, EventKind::kAtRest, {{Arg::kDurationNs, now_ns - reported_ns_}}));
    GiveUp("the process reported a deadlock and did not end");
    return true;
  }
  if (now_ns - looked_ns_ < kLookEveryNs) return false;
  looked_ns_ = now_ns;
  rest_.Look(observer_ != nullptr ? observer_->monitor() : 0, now_ns);
  if (!outside_ || outside_->NextNs() != INT64_MAX) return false;
  if (rest_.rested_ns() < LongestRestNs(scenario_)) return false;
  merger_.Add(MakeEvent(now_ns, EventKind::kAtRest, {{Arg::kDurationNs, rest_.rested_ns()}}));
  GiveUp(fmt::format("the scenario did not end: no thread has run for {} ms",
                     rest_.rested_ns() / kNsPerMs));
  return true;
}

void Session::OnReply(const std::string& line) {
  std::string error;
  const auto reply = ParseReply(line, error);
  if (!reply) {
    Fail(Outcome::kError, fmt::format("the adapter cannot be understood: {}", error));
  } else if (const Done* done = std::get_if<Done>(&*reply)) {
    run_.header.in_force = done->in_force;
    run_.gathered = done->gathered;
    done_ = true;
    error = FindWrongEnd(scenario_, stamps_, *done);
    if (!error.empty()) Fail(Outcome::kError, error);
    if (EndsByDeadlock()) run_.note = kJustEnded;
  } else {
    OnEvent(std::get<Event>(*reply));
  }
}

void Session::OnEvent(const Event& event) {
  const bool traced = options_.trace && run_.handshake.emits[static_cast<size_t>(event.kind)];
  if (!AdapterMakes(event.kind) && !traced) {
    Fail(Outcome::kError,
         fmt::format("an adapter may not make the event '{}'", EventKindName(event.kind)));
    return;
  }
  const std::string wrong = order_.Check(event, traced, started_ns_, MonotonicNowNs());
  if (!wrong.empty()) return Fail(Outcome::kError, wrong);
  if (traced) return trace_.Add(event);
  rest_.Restart();
  if (event.kind == EventKind::kScenarioStart) {
    if (outside_) return Fail(Outcome::kError, "the adapter started its scenario twice");
    StartOutside(event.time_ns);
  }
  merger_.Add(event);
}

void Session::StartOutside(int64_t scenario_start_ns) {
  outside_.emplace(
      scenario_.outside, link_.WritingEnds(), *link_.process(),
      [this](const Event& happened) { merger_.Add(happened); }, scenario_start_ns);
}

void Session::OnEnded() {
  if (std::exchange(ended_, true) || ended_by_us_) return;
  const int status = link_.process()->Wait(0).value_or(-1);
  const bool ends_well = !EndsByDeadlock() && (done_ || status == 0);  // then it says what it likes
  const bool reported = !ends_well && HoldsDeadlockReport(link_.process()->captured());
  const int64_t now_ns = MonotonicNowNs();
  if (reported) merger_.Add(MakeEvent(now_ns, EventKind::kDeadlockReport));
  merger_.Add(MakeEvent(now_ns, EventKind::kProcessExit, {{Arg::kStatus, status}}));
  const bool had_to_end = done_ || (run_.greeted && options_.greet_only);
  if (Failed() || (had_to_end && status == 0)) return;
  if (deadlocked_ = !done_ && run_.greeted && reported && status != 0; deadlocked_) return;
  const std::string how = status > 128 ? fmt::format("was killed by signal {}", status - 128)
                                       : fmt::format("ended with status {}", status);
  if (run_.greeted && options_.greet_only) {
    Fail(Outcome::kError, fmt::format("the process {} at the end of its input", how));
  } else if (run_.greeted) {
    Fail(Outcome::kCrash,
         fmt::format("the process {} {} the scenario", how, done_ ? "after" : "in the middle of"));
  } else {
    Fail(Outcome::kError, fmt::format("the adapter {} before its handshake", how));
  }
}

void Session::OnDeadline() {
  GiveUp(fmt::format("the scenario did not end within its {} ms", scenario_.budget_ms));
}

void Session::GiveUp(std::string message) {
  if (!outside_ && run_.greeted) {
    message +=
        "; it has not written scenario_start, which must not be kept in memory: what comes "
        "from outside comes after it";
  }
  // A deadlock that is not reported does not end; what the tasks did then is for the judges.
  if (!EndsByDeadlock()) Fail(Outcome::kTimeout, std::move(message));
  // Whatever the process says or does from here on is our doing.
  merger_.Add(
      MakeEvent(MonotonicNowNs(), EventKind::kProcessExit, {{Arg::kStatus, kEndedByHarness}}));
  ended_by_us_ = true;
  if (observer_) observer_->Stop();
  link_.process()->Signal(SIGCONT);
  link_.process()->Signal(SIGQUIT);
  outside_.reset();
  // Reading goes on: a process that waits to write an event could not print its stacks.
  link_.Drain(MonotonicNowNs() + kDumpWithinNs, options_.exit_ms);
}

void Session::Settle() {
  const int64_t end_ns = MonotonicNowNs() + scenario_.settle_ms * kNsPerMs;
  std::string line;
  while (!ended_ && ReadLine(end_ns, line)) {
    Fail(Outcome::kError, "the adapter went on after the end of the scenario");
  }
}

void Session::End() {
  outside_.reset();
  link_.CloseInput();
  const int64_t exit_ns =
      MonotonicNowNs() + (Failed() || ended_by_us_ ? 0 : options_.exit_ms * kNsPerMs);
  if (!ended_ && link_.process()->WaitForEnd(exit_ns, options_.stop)) OnEnded();
  if (done_ && ended_ && link_.HasMore())
    Fail(Outcome::kError, "the adapter went on after the end of the scenario");
  if (!ended_ && options_.stop != nullptr && options_.stop->made()) {
    Fail(Outcome::kStopped, "interrupted while its scenario ran");
  }
  if (!ended_) {
    if (!Failed() && !ended_by_us_)
      Fail(Outcome::kError, "the adapter did not exit at the end of its input");
    link_.process()->SignalGroup(SIGKILL);
    link_.process()->Wait(MonotonicNowNs() + kReapWithinNs);
  }
  if (canary_) canary_->Stop();
  if (observer_) {
    observer_->Stop();
    if (run_.observer_error.empty()) run_.observer_error = observer_->error();
  }
  run_.standard_error = link_.process()->captured();
}

Run Session::Perform() {
  if (!Start()) return std::move(run_);
  if (Greet()) {
    // Until the end says otherwise, what the handshake said is in force, and what was asked for.
    run_.header.in_force = run_.handshake.in_force;
    for (const auto& [name, value] : scenario_.tunables) {
      run_.header.in_force.*FindTunable(name)->member = value;
    }
    if (!options_.greet_only) {
      // More stamps than asked for are no loss but of load.
      stamps_ = run_.handshake.stamps.contains(scenario_.stamps) ? scenario_.stamps : Stamps::kAll;
      SendScenario();
      Pump();
    }
    if (done_) Settle();
  }
  if (options_.on_process && link_.process() != nullptr) options_.on_process(0);
  End();
  Conclude();
  return std::move(run_);
}

void Session::Conclude() {
  // That there was no monitor is evidence too.
  const bool observed =
      observer_ != nullptr && (observer_->found().is_monitor || observer_->showed_none());
  FillHeader(scenario_, stamps_, observed, run_);
  run_.events = merger_.Take();
  if (!options_.greet_only && stamps_ == Stamps::kAll) {
    HoldAgainstScenario(scenario_, done_, deadlocked_, run_);
  }
  if (options_.trace && run_.handshake.emits.any()) TakeTrace(trace_.Take(), run_);
  if (options_.layout == nullptr || observer_ == nullptr) return;
  run_.inspection_error = observer_->inspection_error();
  TakeInspected(inspected_.Take(), run_);
}

void Session::SendScenario() {
  Scenario sent = scenario_;
  sent.stamps = stamps_;
  std::string line = FormatScenario(sent) + "\n";
  if (!options_.hard_to_read) return link_.Send(line);
  line.insert(line.rfind('}'), R"(,"unknown":{"to":["adapters"]})");
  constexpr size_t kPieces = 5;
  for (const size_t size = line.size() / kPieces + 1; !line.empty();) {
    link_.Send(std::string_view(line).substr(0, size));
    line.erase(0, size);
    poll(nullptr, 0, 2);
  }
}

}  // namespace

Run RunScenario(const RunOptions& options, const Scenario& scenario) {
  // An adapter that ends while it is written to must not end the harness.
  const PipeSignalBlock block;
  return Session(options, scenario).Perform();
}

}  // namespace proctor
