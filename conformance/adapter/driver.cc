#include "conformance/adapter/driver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "conformance/adapter/canary.h"
#include "conformance/adapter/gathering.h"
#include "conformance/adapter/line_buffer.h"
#include "conformance/adapter/outside.h"
#include "conformance/adapter/pipe.h"
#include "conformance/adapter/protocol.h"
#include "conformance/evidence/trace.h"
#include "conformance/observer/observer.h"
#include "conformance/process/patience.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kSendWithinNs = 20'000 * kNsPerMs;
constexpr int64_t kReapWithinNs = 5'000 * kNsPerMs;  // of a process that was killed
constexpr int64_t kDumpWithinNs = 2'000 * kNsPerMs;
// Tasks alive at once whose times are checked; an adapter that makes up more must not fill the
// memory.
constexpr size_t kTasksTrackedMost = 1'000'000;

// What the harness itself does and sees, whatever the evidence is otherwise.
bool HarnessMakes(EventKind kind) {
  return kind == EventKind::kProcessStart || kind == EventKind::kProcessExit ||
         kind == EventKind::kStall || kind == EventKind::kDescriptorReady ||
         kind == EventKind::kStopped || kind == EventKind::kContinued;
}

// One scenario on one process, from its start to its end.
class Session {
 public:
  Session(const RunOptions& options, const Scenario& scenario)
      : options_(options), scenario_(scenario) {}
  ~Session();

  Run Perform();

 private:
  bool Start();
  bool Greet();
  bool Send();
  void Pump();
  void Settle();
  void End();
  void Fail(Outcome outcome, std::string message);
  bool Failed() const { return run_.outcome != Outcome::kDone; }
  bool EndsByDeadlock() const { return scenario_.ending == Ending::kDeadlock; }

  // What the adapter said next; false: nothing will come (Fail was called, or it ended).
  bool ReadLine(int64_t deadline_ns, std::string& line);
  bool ReadMore(int64_t deadline_ns);
  void OnReply(const std::string& line);
  void OnEvent(const Event& event);
  void OnTraced(const Event& event);
  bool FollowsItsTask(const Event& event);
  void OnEnded();
  void OnDeadline();
  void TakeTrace();

  const RunOptions& options_;
  const Scenario& scenario_;
  Run run_{.outcome = Outcome::kDone};

  Pipe to_adapter_;
  Pipe from_adapter_;
  std::vector<Pipe> descriptors_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Observer> observer_;
  Gathering gathering_;
  Gathering trace_;
  int64_t last_traced_ns_ = 0;
  std::unique_ptr<Canary> canary_;  // after what it writes to

  LineBuffer buffer_;
  std::unordered_map<int64_t, int64_t> last_ns_;  // of every task that lives
  bool done_ = false;
  bool ended_ = false;
  int64_t started_ns_ = 0;
  std::optional<OutsideSchedule> outside_;  // from the scenario's start on
};

Session::~Session() {
  if (canary_) canary_->Stop();
  process_.reset();
  if (observer_) observer_->Stop();
}

void Session::Fail(Outcome outcome, std::string message) {
  if (Failed()) return;
  run_.outcome = outcome;
  run_.message = std::move(message);
}

bool Session::Start() {
  bool opened = to_adapter_.Open() && from_adapter_.Open();
  std::vector<std::pair<int, int>> inherited = {{to_adapter_.read(), kAdapterInput},
                                                {from_adapter_.write(), kAdapterOutput}};
  for (int32_t i = 0; i < scenario_.descriptors && opened; ++i) {
    Pipe& pipe = descriptors_.emplace_back();
    opened = pipe.Open();
    fcntl(pipe.read(), F_SETFL, O_NONBLOCK);
    fcntl(pipe.write(), F_SETFL, O_NONBLOCK);
    inherited.emplace_back(pipe.read(), kAdapterFirstDescriptor + i);
  }
  if (!opened) {
    Fail(Outcome::kError, fmt::format("no pipe for the adapter: {}", std::strerror(errno)));
    return false;
  }
  std::vector<std::string> env = options_.set_env;
  env.emplace_back("PROCTOR_ADAPTER=1");
  if (options_.trace) env.push_back(std::string(kTraceVariable) + "=1");
  std::string why;
  process_ = Process::Spawn({.argv = options_.argv,
                             .set_env = std::move(env),
                             .descriptors = inherited,
                             .gated = true,
                             .capture_output = true},
                            why);
  if (!process_) {
    Fail(Outcome::kError, why);
    return false;
  }
  to_adapter_.CloseRead();
  from_adapter_.CloseWrite();
  for (Pipe& pipe : descriptors_) pipe.CloseRead();
  fcntl(from_adapter_.read(), F_SETFL, O_NONBLOCK);
  fcntl(to_adapter_.write(), F_SETFL, O_NONBLOCK);

  if (options_.observe) {
    observer_ = Observer::Start(
        {.pid = process_->pid(), .from_start = true},
        [this](const Event& event) { gathering_.Add(event); }, run_.observer_error);
  }
  started_ns_ = MonotonicNowNs();
  gathering_.Add(MakeEvent(started_ns_, EventKind::kProcessStart));
  canary_ = std::make_unique<Canary>([this](const Event& event) { gathering_.Add(event); });
  process_->Release();
  return true;
}

bool Session::ReadMore(int64_t deadline_ns) {
  Patience patience(deadline_ns);
  while (!ended_) {
    const int64_t now_ns = MonotonicNowNs();
    if (outside_) outside_->FireDue(now_ns);
    int64_t wait_ns = patience.NextWaitNs(now_ns);
    if (wait_ns == 0) return false;
    if (outside_) wait_ns = std::clamp<int64_t>(outside_->NextNs() - now_ns, 0, wait_ns);
    const timespec timeout{.tv_sec = wait_ns / 1'000'000'000, .tv_nsec = wait_ns % 1'000'000'000};
    pollfd polled[] = {{.fd = from_adapter_.read(), .events = POLLIN, .revents = 0},
                       {.fd = process_->pidfd(), .events = POLLIN, .revents = 0}};
    if (ppoll(polled, std::size(polled), &timeout, nullptr) <= 0) continue;
    char block[1 << 16];
    const ssize_t got = read(from_adapter_.read(), block, sizeof block);
    if (got > 0) {
      buffer_.Append({block, static_cast<size_t>(got)});
      return true;
    }
    // It closed its end, or has ended: then nothing more can come but its exit.
    if (got == 0 || polled[1].revents != 0) {
      if (process_->Wait(std::min(deadline_ns, MonotonicNowNs() + options_.exit_ms * kNsPerMs))) {
        OnEnded();
      } else if (MonotonicNowNs() < deadline_ns) {
        Fail(Outcome::kError, fmt::format("the adapter closed its descriptor {}", kAdapterOutput));
      }
      return false;
    }
  }
  return false;
}

bool Session::ReadLine(int64_t deadline_ns, std::string& line) {
  while (true) {
    if (buffer_.TakeLine(line)) return true;
    if (buffer_.size() > kMaxLineBytes) {
      Fail(Outcome::kError,
           fmt::format("the adapter wrote a line of more than {} bytes", kMaxLineBytes));
      return false;
    }
    if (!ReadMore(deadline_ns)) return false;
  }
}

bool Session::Greet() {
  std::string line;
  if (!ReadLine(MonotonicNowNs() + options_.handshake_ms * kNsPerMs, line)) {
    if (!ended_) {
      Fail(Outcome::kError,
           fmt::format("the adapter sent no handshake within {} ms", options_.handshake_ms));
    }
    return false;
  }
  std::string why;
  const std::optional<Handshake> handshake = ParseHandshake(line, why);
  if (!handshake) {
    Fail(Outcome::kError, fmt::format("the adapter cannot be understood: {}", why));
    return false;
  }
  run_.handshake = *handshake;
  run_.greeted = true;
  why = FindUnsupported(*handshake, scenario_);
  if (!why.empty()) Fail(Outcome::kUnsupported, why);
  return !Failed();
}

bool Session::Send() {
  const std::string line = FormatScenario(scenario_) + "\n";
  const int64_t deadline_ns = MonotonicNowNs() + kSendWithinNs;
  size_t sent = 0;
  while (sent < line.size()) {
    const ssize_t put = write(to_adapter_.write(), line.data() + sent, line.size() - sent);
    if (put > 0) {
      sent += static_cast<size_t>(put);
      continue;
    }
    pollfd writable{.fd = to_adapter_.write(), .events = POLLOUT, .revents = 0};
    if (errno == EAGAIN && MonotonicNowNs() < deadline_ns) {
      constexpr int kStepMs = 100;
      poll(&writable, 1, kStepMs);
      continue;
    }
    // A reader that is gone shows in Pump as its end; one that does not read is silent there.
    return true;
  }
  return true;
}

void Session::Pump() {
  const int64_t deadline_ns = MonotonicNowNs() + scenario_.budget_ms * kNsPerMs;
  std::string line;
  while (!done_ && !Failed() && ReadLine(deadline_ns, line)) OnReply(line);
  if (!done_ && !ended_ && !Failed()) OnDeadline();
}

void Session::OnReply(const std::string& line) {
  std::string why;
  const auto reply = ParseReply(line, why);
  if (!reply) {
    Fail(Outcome::kError, fmt::format("the adapter cannot be understood: {}", why));
  } else if (const Done* done = std::get_if<Done>(&*reply)) {
    run_.header.in_force = done->in_force;
    done_ = true;
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
  if (event.time_ns < started_ns_ || event.time_ns > MonotonicNowNs()) {
    Fail(Outcome::kError,
         fmt::format("the adapter's times are not those of CLOCK_MONOTONIC: {}", Describe(event)));
    return;
  }
  if (traced) return OnTraced(event);
  if (!FollowsItsTask(event)) return;
  if (event.kind == EventKind::kScenarioStart) {
    if (outside_) return Fail(Outcome::kError, "the adapter started its scenario twice");
    std::vector<int> descriptors;
    for (const Pipe& pipe : descriptors_) descriptors.push_back(pipe.write());
    outside_.emplace(
        scenario_.outside, std::move(descriptors), *process_,
        [this](const Event& done) { gathering_.Add(done); }, event.time_ns);
  }
  gathering_.Add(event);
}

// Its order is what makes a trace worth something.
void Session::OnTraced(const Event& event) {
  if (event.time_ns < last_traced_ns_) {
    Fail(Outcome::kError,
         fmt::format("the times of the adapter's trace go backwards: {}", Describe(event)));
    return;
  }
  last_traced_ns_ = event.time_ns;
  trace_.Add(event);
}

// The stamps of different tasks may overtake each other on their way, those of one task never.
bool Session::FollowsItsTask(const Event& event) {
  if (event.kind == EventKind::kCollection) return true;
  const auto last = last_ns_.find(event.g);
  if (last == last_ns_.end()) {
    if (last_ns_.size() < kTasksTrackedMost) last_ns_.emplace(event.g, event.time_ns);
    return true;
  }
  if (event.time_ns < last->second) {
    Fail(Outcome::kError,
         fmt::format("the adapter's times go backwards: {} comes {} ns before the task's "
                     "last stamp",
                     Describe(event), last->second - event.time_ns));
    return false;
  }
  last->second = event.time_ns;
  if (event.kind == EventKind::kTaskEnd) last_ns_.erase(last);
  return true;
}

void Session::OnEnded() {
  if (std::exchange(ended_, true)) return;
  const int status = process_->Wait(0).value_or(-1);
  const bool reported = process_->captured().find("deadlock") != std::string::npos;
  const int64_t now_ns = MonotonicNowNs();
  if (reported) gathering_.Add(MakeEvent(now_ns, EventKind::kDeadlockReport));
  gathering_.Add(MakeEvent(now_ns, EventKind::kProcessExit, {{Arg::kStatus, status}}));
  if (Failed() || (done_ && status == 0)) return;
  if (!done_ && EndsByDeadlock() && reported && status != 0) return;
  const std::string how = status > 128 ? fmt::format("was killed by signal {}", status - 128)
                                       : fmt::format("ended with status {}", status);
  if (run_.greeted) {
    Fail(Outcome::kCrash,
         fmt::format("the process {} {} the scenario", how, done_ ? "after" : "in the middle of"));
  } else {
    Fail(Outcome::kError, fmt::format("the adapter {} before its handshake", how));
  }
}

void Session::OnDeadline() {
  Fail(Outcome::kTimeout,
       fmt::format("the scenario did not end within its {} ms", scenario_.budget_ms));
  process_->Signal(SIGCONT);
  process_->Signal(SIGQUIT);
  outside_.reset();
  // Reading goes on: a process that waits to write an event could not print its stacks.
  const int64_t end_ns = MonotonicNowNs() + kDumpWithinNs;
  while (ReadMore(end_ns)) buffer_.Clear();
}

void Session::Settle() {
  const int64_t end_ns = MonotonicNowNs() + scenario_.settle_ms * kNsPerMs;
  std::string line;
  while (!ended_ && ReadLine(end_ns, line)) {
    Fail(Outcome::kError, "the adapter went on after the end of the scenario");
  }
}

void Session::End() {
  to_adapter_.CloseWrite();
  if (!ended_ && process_->Wait(MonotonicNowNs() + (Failed() ? 0 : options_.exit_ms * kNsPerMs)))
    OnEnded();
  if (!ended_) {
    if (!Failed()) Fail(Outcome::kError, "the adapter did not exit at the end of its input");
    process_->SignalGroup(SIGKILL);
    process_->Wait(MonotonicNowNs() + kReapWithinNs);
  }
  if (canary_) canary_->Stop();
  if (observer_) {
    observer_->Stop();
    if (run_.observer_error.empty()) run_.observer_error = observer_->error();
  }
  run_.standard_error = process_->captured();
}

Run Session::Perform() {
  if (!Start()) return std::move(run_);
  if (Greet() && Send()) {
    // Until the end says otherwise, what the handshake said is in force, and what was asked for.
    run_.header.in_force = run_.handshake.in_force;
    for (const auto& [name, value] : scenario_.tunables) {
      run_.header.in_force.*FindTunable(name)->member = value;
    }
    Pump();
    if (done_) Settle();
  }
  End();
  const bool observed = observer_ != nullptr && observer_->monitor() != 0;
  Header& header = run_.header;
  header.maker = observed ? "observer+adapter" : "adapter";
  header.implementation = run_.handshake.name;
  header.version = run_.handshake.version;
  header.tiers = observed ? kO | kX : kX;
  header.profile = ProfileOfVersion(header.version);
  header.from_start = true;
  header.emits = AdapterEvidence() | (observed ? Observer::Emits() : EventKinds());
  header.scenario = scenario_.name;
  header.seed = scenario_.seed;
  header.asked = scenario_.Asked();
  run_.events = gathering_.Take();
  TakeTrace();
  return std::move(run_);
}

// The runtime's own trace is evidence of its own: what the observer saw of the monitor stands in it
// already.
void Session::TakeTrace() {
  if (!options_.trace || run_.handshake.emits.none()) return;
  for (const Event& event : run_.events) {
    if (HarnessMakes(event.kind) || event.kind == EventKind::kCollection) trace_.Add(event);
  }
  run_.trace = trace_.Take();
  run_.trace_header = run_.header;
  run_.trace_header.maker = "adapter";
  run_.trace_header.tiers = kT;
  run_.trace_header.emits = run_.handshake.emits;
  run_.trace_header.emits.set(static_cast<size_t>(EventKind::kCollection));
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    if (HarnessMakes(static_cast<EventKind>(kind))) run_.trace_header.emits.set(kind);
  }
}

}  // namespace

Run RunScenario(const RunOptions& options, const Scenario& scenario) {
  // An adapter that ends while it is written to must not end the harness.
  std::signal(SIGPIPE, SIG_IGN);
  return Session(options, scenario).Perform();
}

}  // namespace proctor
