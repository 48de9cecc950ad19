#include "conformance/observer/observer.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <thread>
#include <utility>

#include "conformance/base/mutex.h"
#include "conformance/observer/tracer.h"

namespace proctor {
namespace {

int NudgeSignal() { return SIGRTMIN + 3; }

void AcceptNudges() {
  sigset_t nudge;
  sigemptyset(&nudge);
  sigaddset(&nudge, NudgeSignal());
  pthread_sigmask(SIG_UNBLOCK, &nudge, nullptr);
}

}  // namespace

struct Observer::State {
  State(const Options& options, Sink sink) : tracer(options, std::move(sink)) {}

  Tracer tracer;
  std::thread thread;
  std::atomic<bool> stop{false};

  Mutex mutex;
  std::condition_variable_any changed;
  enum class Phase { kAttaching, kAttached, kFinished };
  Phase phase GUARDED_BY(mutex) = Phase::kAttaching;
  std::string error GUARDED_BY(mutex);

  void Main();
  void Enter(Phase next, std::string text = "");
};

void Observer::State::Enter(Phase next, std::string text) {
  const MutexLock lock(mutex);
  phase = next;
  error = std::move(text);
  changed.notify_all();
}

void Observer::State::Main() {
  AcceptNudges();
  std::string text;
  if (!tracer.Attach(text)) return Enter(Phase::kFinished, text);
  Enter(Phase::kAttached);
  tracer.Run(stop);
  Enter(Phase::kFinished);
}

std::unique_ptr<Observer> Observer::Start(const Options& options, Sink sink, std::string& error) {
  struct sigaction nudge{};
  nudge.sa_handler = [](int) {};  // without SA_RESTART: it only has to end a wait
  sigaction(NudgeSignal(), &nudge, nullptr);

  auto state = std::make_unique<State>(options, std::move(sink));
  State* raw = state.get();
  state->thread = std::thread([raw] { raw->Main(); });
  std::unique_ptr<Observer> observer(new Observer(std::move(state)));
  {
    const MutexLock lock(raw->mutex);
    while (raw->phase == State::Phase::kAttaching) raw->changed.wait(raw->mutex);
    if (raw->phase == State::Phase::kAttached) return observer;
    error = raw->error;
  }
  return nullptr;
}

Observer::Observer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Observer::~Observer() { Stop(); }

void Observer::Stop() {
  if (!state_->thread.joinable()) return;
  state_->stop = true;
  {
    const MutexLock lock(state_->mutex);
    while (state_->phase != State::Phase::kFinished) {
      // Again and again: the first may come just before the thread begins to wait.
      pthread_kill(state_->thread.native_handle(), NudgeSignal());
      state_->changed.wait_for(state_->mutex, std::chrono::milliseconds(5));
    }
  }
  state_->thread.join();
}

bool Observer::showed_none() const { return state_->tracer.showed_none(); }

const std::string& Observer::error() const { return state_->tracer.error(); }

const std::string& Observer::inspection_error() const { return state_->tracer.inspection_error(); }

void Observer::Declare(MonitorDeclaration declaration) {
  state_->tracer.Declare(std::move(declaration));
  pthread_kill(state_->thread.native_handle(), NudgeSignal());
}

pid_t Observer::monitor() const { return state_->tracer.monitor(); }

Observer::Found Observer::found() const { return state_->tracer.found(); }

const std::vector<FoundMonitor>& Observer::others() const { return state_->tracer.others(); }

Observer::Usage Observer::usage() const { return state_->tracer.usage(); }

EventKinds Observer::Emits() {
  EventKinds kinds;
  for (const EventKind kind :
       {EventKind::kGap, EventKind::kMonitorStart, EventKind::kMonitorExit,
        EventKind::kSecondMonitor, EventKind::kShallowSleep, EventKind::kShallowWake,
        EventKind::kDeepSleep, EventKind::kDeepWake, EventKind::kPoll, EventKind::kPreemptSignal,
        EventKind::kThreadStart, EventKind::kThreadWake, EventKind::kTraceLine,
        EventKind::kAffinityRead}) {
    kinds.set(static_cast<size_t>(kind));
  }
  return kinds;
}

}  // namespace proctor
