#include "conformance/observer/tracing_thread.h"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <utility>

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

void TracingThread::Enter(Phase next, std::string error) {
  const MutexLock lock(mutex_);
  phase_ = next;
  error_ = std::move(error);
  changed_.notify_all();
}

void TracingThread::Main(const Attach& attach, const Run& run) {
  AcceptNudges();
  std::string error;
  if (!attach(error)) return Enter(Phase::kFinished, error);
  Enter(Phase::kAttached);
  run(stop_);
  Enter(Phase::kFinished);
}

bool TracingThread::Start(Attach attach, Run run, std::string& error) {
  struct sigaction nudge{};
  nudge.sa_handler = [](int) {};  // without SA_RESTART: it only has to end a wait
  sigaction(NudgeSignal(), &nudge, nullptr);
  thread_ =
      std::thread([this, attach = std::move(attach), run = std::move(run)] { Main(attach, run); });
  const MutexLock lock(mutex_);
  while (phase_ == Phase::kAttaching) changed_.wait(mutex_);
  error = error_;
  return error_.empty();
}

void TracingThread::Nudge() { pthread_kill(thread_.native_handle(), NudgeSignal()); }

void TracingThread::Stop() {
  if (!thread_.joinable()) return;
  stop_ = true;
  {
    const MutexLock lock(mutex_);
    while (phase_ != Phase::kFinished) {
      // Again and again: the first may come just before the thread begins to wait.
      Nudge();
      changed_.wait_for(mutex_, std::chrono::milliseconds(5));
    }
  }
  thread_.join();
}

}  // namespace proctor
