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
#include <mutex>
#include <utility>

#include "conformance/adapter/canary.h"
#include "conformance/adapter/protocol.h"
#include "conformance/evidence/trace.h"
#include "conformance/observer/observer.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kSendWithinNs = 20'000 * kNsPerMs;
constexpr int64_t kExitWithinNs = 5'000 * kNsPerMs;
constexpr int64_t kDumpWithinNs = 2'000 * kNsPerMs;
constexpr int kPipeBytes = 1 << 20;
constexpr size_t kEventsMost = 4'000'000;

// Events from several threads: the driver, the observer, the canary.
class Gathering {
 public:
  void Add(const Event& event) {
    const std::lock_guard lock(mutex_);
    if (events_.size() < kEventsMost) {
      events_.push_back(event);
    } else {
      ++lost_;
    }
  }

  // By time; those of one maker at the same time stay in their order.
  std::vector<Event> Take() {
    const std::lock_guard lock(mutex_);
    std::ranges::stable_sort(events_, {}, &Event::time_ns);
    if (lost_ > 0) {
      events_.push_back(MakeEvent(events_.back().time_ns, EventKind::kGap, {{Arg::kLost, lost_}}));
    }
    return std::move(events_);
  }

 private:
  std::mutex mutex_;
  std::vector<Event> events_;
  int64_t lost_ = 0;
};

struct PipeEnds {
  int read = -1;
  int write = -1;

  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    fcntl(write, F_SETPIPE_SZ, kPipeBytes);
    return true;
  }
  void CloseRead() { Close(read); }
  void CloseWrite() { Close(write); }
  static void Close(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
};

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
  void OnEvent(Event event);
  void OnEnded();
  void OnDeadline();
  void FireDue(int64_t now_ns);
  void Fire(const Outside& outside);
  int64_t NextOutsideNs() const;

  const RunOptions& options_;
  const Scenario& scenario_;
  Run run_{.outcome = Outcome::kDone};

  PipeEnds to_adapter_;
  PipeEnds from_adapter_;
  std::vector<PipeEnds> descriptors_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Observer> observer_;
  Gathering gathering_;
  std::unique_ptr<Canary> canary_;  // after what it writes to

  std::string buffer_;
  bool greeted_ = false;
  bool done_ = false;
  bool ended_ = false;
  int64_t started_ns_ = 0;
  int64_t scenario_start_ns_ = INT64_MAX;

  struct Pending {
    Outside outside;
    int64_t fired = 0;
    int64_t DueNs(int64_t start_ns) const {
      return start_ns + outside.at_ns + fired * outside.every_ns;
    }
  };
  std::vector<Pending> pending_;
};

Session::~Session() {
  if (canary_) canary_->Stop();
  process_.reset();
  if (observer_) observer_->Stop();
  for (PipeEnds* pipe : {&to_adapter_, &from_adapter_}) {
    pipe->CloseRead();
    pipe->CloseWrite();
  }
  for (PipeEnds& pipe : descriptors_) {
    pipe.CloseRead();
    pipe.CloseWrite();
  }
}

void Session::Fail(Outcome outcome, std::string message) {
  if (Failed()) return;
  run_.outcome = outcome;
  run_.message = std::move(message);
}

bool Session::Start() {
  bool opened = to_adapter_.Open() && from_adapter_.Open();
  std::vector<std::pair<int, int>> inherited = {{to_adapter_.read, kAdapterInput},
                                                {from_adapter_.write, kAdapterOutput}};
  for (int32_t i = 0; i < scenario_.descriptors && opened; ++i) {
    PipeEnds& pipe = descriptors_.emplace_back();
    opened = pipe.Open();
    fcntl(pipe.read, F_SETFL, O_NONBLOCK);
    inherited.emplace_back(pipe.read, kAdapterFirstDescriptor + i);
  }
  if (!opened) {
    Fail(Outcome::kError, fmt::format("no pipe for the adapter: {}", std::strerror(errno)));
    return false;
  }
  std::vector<std::string> env = options_.set_env;
  env.emplace_back("PROCTOR_ADAPTER=1");
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
  for (PipeEnds& pipe : descriptors_) pipe.CloseRead();
  fcntl(from_adapter_.read, F_SETFL, O_NONBLOCK);
  fcntl(to_adapter_.write, F_SETFL, O_NONBLOCK);

  if (options_.observe) {
    observer_ = Observer::Start({.pid = process_->pid(), .from_start = true},
                                [this](const Event& event) { gathering_.Add(event); },
                                run_.observer_error);
  }
  started_ns_ = MonotonicNowNs();
  gathering_.Add(MakeEvent(started_ns_, EventKind::kProcessStart));
  canary_ = std::make_unique<Canary>([this](const Event& event) { gathering_.Add(event); });
  process_->Release();
  return true;
}

bool Session::ReadMore(int64_t deadline_ns) {
  while (!ended_) {
    const int64_t now_ns = MonotonicNowNs();
    FireDue(now_ns);
    if (now_ns >= deadline_ns) return false;
    const int64_t wait_ns = std::max<int64_t>(0, std::min(deadline_ns, NextOutsideNs()) - now_ns);
    const timespec timeout{.tv_sec = wait_ns / 1'000'000'000, .tv_nsec = wait_ns % 1'000'000'000};
    pollfd polled[] = {{.fd = from_adapter_.read, .events = POLLIN, .revents = 0},
                       {.fd = process_->pidfd(), .events = POLLIN, .revents = 0}};
    if (ppoll(polled, std::size(polled), &timeout, nullptr) <= 0) continue;
    char block[1 << 16];
    const ssize_t got = read(from_adapter_.read, block, sizeof block);
    if (got > 0) {
      buffer_.append(block, static_cast<size_t>(got));
      return true;
    }
    // It closed its end, or has ended: then nothing more can come but its exit.
    if (got == 0 || polled[1].revents != 0) {
      if (process_->Wait(deadline_ns)) {
        OnEnded();
      } else {
        return false;
      }
    }
  }
  return false;
}

bool Session::ReadLine(int64_t deadline_ns, std::string& line) {
  while (true) {
    const size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return true;
    }
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
  greeted_ = true;
  why = FindUnsupported(*handshake, scenario_);
  if (!why.empty()) Fail(Outcome::kUnsupported, why);
  return !Failed();
}

bool Session::Send() {
  const std::string line = FormatScenario(scenario_) + "\n";
  const int64_t deadline_ns = MonotonicNowNs() + kSendWithinNs;
  size_t sent = 0;
  while (sent < line.size()) {
    const ssize_t put = write(to_adapter_.write, line.data() + sent, line.size() - sent);
    if (put > 0) {
      sent += static_cast<size_t>(put);
      continue;
    }
    pollfd writable{.fd = to_adapter_.write, .events = POLLOUT, .revents = 0};
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

void Session::OnEvent(Event event) {
  if (!AdapterEmits()[static_cast<size_t>(event.kind)]) {
    Fail(Outcome::kError, fmt::format("an adapter may not make the event '{}'",
                                      EventKindName(event.kind)));
    return;
  }
  if (event.time_ns < started_ns_ || event.time_ns > MonotonicNowNs()) {
    Fail(Outcome::kError,
         fmt::format("the adapter's times are not those of CLOCK_MONOTONIC: {}", Describe(event)));
    return;
  }
  if (event.kind == EventKind::kScenarioStart) {
    scenario_start_ns_ = event.time_ns;
    for (const Outside& outside : scenario_.outside) pending_.push_back({.outside = outside});
  }
  gathering_.Add(event);
}

int64_t Session::NextOutsideNs() const {
  int64_t next_ns = INT64_MAX;
  for (const Pending& pending : pending_) {
    next_ns = std::min(next_ns, pending.DueNs(scenario_start_ns_));
  }
  return next_ns;
}

void Session::FireDue(int64_t now_ns) {
  for (Pending& pending : pending_) {
    while (pending.fired < pending.outside.times && pending.DueNs(scenario_start_ns_) <= now_ns) {
      Fire(pending.outside);
      ++pending.fired;
    }
  }
  std::erase_if(pending_, [](const Pending& pending) { return pending.fired >= pending.outside.times; });
}

void Session::Fire(const Outside& outside) {
  const int64_t now_ns = MonotonicNowNs();
  switch (outside.kind) {
    case OutsideKind::kReady: {
      gathering_.Add(MakeEvent(now_ns, EventKind::kDescriptorReady,
                               {{Arg::kDescriptor, outside.descriptor}}));
      const char byte = 'r';
      // A reader that is gone shows elsewhere.
      [[maybe_unused]] const ssize_t put =
          write(descriptors_[static_cast<size_t>(outside.descriptor)].write, &byte, 1);
      break;
    }
    case OutsideKind::kStop:
      gathering_.Add(MakeEvent(now_ns, EventKind::kStopped));
      process_->Signal(SIGSTOP);
      break;
    case OutsideKind::kContinue:
      gathering_.Add(MakeEvent(now_ns, EventKind::kContinued));
      process_->Signal(SIGCONT);
      break;
  }
}

void Session::OnEnded() {
  if (std::exchange(ended_, true)) return;
  const int status = process_->Wait(0).value_or(-1);
  const bool reported = process_->captured().find("deadlock") != std::string::npos;
  const int64_t now_ns = MonotonicNowNs();
  if (reported) gathering_.Add(MakeEvent(now_ns, EventKind::kDeadlockReport));
  gathering_.Add(MakeEvent(now_ns, EventKind::kProcessExit, {{Arg::kStatus, status}}));
  if (done_ || Failed()) return;
  if (EndsByDeadlock() && reported && status != 0) return;
  const std::string how = status > 128 ? fmt::format("was killed by signal {}", status - 128)
                                       : fmt::format("ended with status {}", status);
  if (greeted_) {
    Fail(Outcome::kCrash, fmt::format("the process {} in the middle of the scenario", how));
  } else {
    Fail(Outcome::kError, fmt::format("the adapter {} before its handshake", how));
  }
}

void Session::OnDeadline() {
  Fail(Outcome::kTimeout, fmt::format("the scenario did not end within its {} ms; its standard error "
                                      "holds the stacks",
                                      scenario_.budget_ms));
  process_->Signal(SIGCONT);
  process_->Signal(SIGQUIT);
  process_->Wait(MonotonicNowNs() + kDumpWithinNs);
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
  if (!ended_ && process_->Wait(MonotonicNowNs() + (Failed() ? 0 : kExitWithinNs))) OnEnded();
  if (!ended_) {
    if (!Failed()) Fail(Outcome::kError, "the adapter did not exit at the end of its input");
    process_->SignalGroup(SIGKILL);
    process_->Wait(MonotonicNowNs() + kExitWithinNs);
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
  header.emits = AdapterEmits() | (observed ? Observer::Emits() : EventKinds());
  header.scenario = scenario_.name;
  header.seed = scenario_.seed;
  header.asked = scenario_.Asked();
  run_.events = gathering_.Take();
  return std::move(run_);
}

}  // namespace

Run RunScenario(const RunOptions& options, const Scenario& scenario) {
  // An adapter that ends while it is written to must not end the harness.
  std::signal(SIGPIPE, SIG_IGN);
  return Session(options, scenario).Perform();
}

}  // namespace proctor
