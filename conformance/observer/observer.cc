#include "conformance/observer/observer.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

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

  std::mutex mutex;
  std::condition_variable changed;
  bool attached = false;  // guarded by mutex
  bool finished = false;  // guarded by mutex
  std::string why;        // guarded by mutex

  void Main();
  void Set(bool& flag, std::string text = "");
};

void Observer::State::Set(bool& flag, std::string text) {
  const std::lock_guard lock(mutex);
  flag = true;
  why = std::move(text);
  changed.notify_all();
}

void Observer::State::Main() {
  AcceptNudges();
  std::string text;
  if (!tracer.Attach(text)) return Set(finished, text);
  Set(attached);
  tracer.Run(stop);
  Set(finished);
}

std::unique_ptr<Observer> Observer::Start(const Options& options, Sink sink, std::string& why) {
  struct sigaction nudge{};
  nudge.sa_handler = [](int) {};  // without SA_RESTART: it only has to end a wait
  sigaction(NudgeSignal(), &nudge, nullptr);

  auto state = std::make_unique<State>(options, std::move(sink));
  State* raw = state.get();
  state->thread = std::thread([raw] { raw->Main(); });
  std::unique_ptr<Observer> observer(new Observer(std::move(state)));
  std::unique_lock lock(raw->mutex);
  raw->changed.wait(lock, [raw] { return raw->attached || raw->finished; });
  if (raw->attached) return observer;
  why = raw->why;
  lock.unlock();
  return nullptr;
}

Observer::Observer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Observer::~Observer() { Stop(); }

void Observer::Stop() {
  if (!state_->thread.joinable()) return;
  state_->stop = true;
  std::unique_lock lock(state_->mutex);
  while (!state_->finished) {
    // Again and again: the first may come just before the thread begins to wait.
    pthread_kill(state_->thread.native_handle(), NudgeSignal());
    state_->changed.wait_for(lock, std::chrono::milliseconds(5));
  }
  lock.unlock();
  state_->thread.join();
}

const std::string& Observer::error() const { return state_->tracer.error(); }

pid_t Observer::monitor() const { return state_->tracer.monitor(); }

pid_t Observer::process() const { return state_->tracer.process(); }

Observer::Usage Observer::usage() const { return state_->tracer.usage(); }

EventKinds Observer::Emits() {
  EventKinds kinds;
  for (const EventKind kind :
       {EventKind::kGap, EventKind::kMonitorStart, EventKind::kMonitorExit,
        EventKind::kSecondMonitor, EventKind::kShallowSleep, EventKind::kShallowWake,
        EventKind::kDeepSleep, EventKind::kDeepWake, EventKind::kPoll, EventKind::kPreemptSignal,
        EventKind::kThreadStart, EventKind::kTraceLine, EventKind::kAffinityRead}) {
    kinds.set(static_cast<size_t>(kind));
  }
  return kinds;
}

}  // namespace proctor
