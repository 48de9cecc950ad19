#include "conformance/world/monitor_thread.h"

#include <fmt/core.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>

namespace proctor {
namespace {

constexpr size_t kStackBytes = 1 << 20;
constexpr size_t kGuardBytes = 1 << 16;
constexpr size_t kSignalStackBytes = 1 << 16;
// The watch looks this often, in CPU time of the thread, and gives up after N looks at the same
// call.
constexpr int64_t kLookNs = 50'000'000;
constexpr int kLooksMost = 40;

constexpr std::array kCrashSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

struct State {
  void* stack = nullptr;
  void* signal_stack = nullptr;
  ucontext_t home;
  void (*body)(void*) = nullptr;
  void* argument = nullptr;
  MonitorThread::Watch watch;
  uint64_t calls_at_last_look = 0;
  int looks = 0;
  MonitorThread::End end = MonitorThread::End::kReturned;
  int signal = 0;
  std::string exception;
  bool ready = false;
};

State& Here() {
  static thread_local State state;
  return state;
}

// Leaving through setcontext instead of longjmp: the two stacks are strangers, and a checked
// longjmp refuses to go from one to the other.
[[noreturn]] void GoHome(State& state, MonitorThread::End end) {
  state.end = end;
  state.watch.in_monitor = 0;
  setcontext(&state.home);
  abort();
}

struct sigaction previous_actions[NSIG];

void OnCrash(int signal, siginfo_t*, void*) {
  State& state = Here();
  if (state.watch.in_monitor) {
    state.signal = signal;
    GoHome(state, MonitorThread::End::kCrashed);
  }
  // Not the monitor's: as if this handler were not there, when the instruction is tried again.
  sigaction(signal, &previous_actions[signal], nullptr);
  if (signal == SIGABRT) raise(signal);
}

void OnLook(int, siginfo_t*, void*) {
  State& state = Here();
  if (!state.watch.in_monitor || state.watch.calls != state.calls_at_last_look) {
    state.calls_at_last_look = state.watch.calls;
    state.looks = 0;
    return;
  }
  if (++state.looks >= kLooksMost) GoHome(state, MonitorThread::End::kStuck);
}

void InstallHandlers() {
  struct sigaction action = {};
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  action.sa_sigaction = OnCrash;
  for (const int signal : kCrashSignals) sigaction(signal, &action, &previous_actions[signal]);
  action.sa_flags |= SA_RESTART;
  action.sa_sigaction = OnLook;
  sigaction(SIGPROF, &action, nullptr);
}

void PrepareThread(State& state) {
  static const bool installed = (InstallHandlers(), true);
  static_cast<void>(installed);
  // Below the stack lies a page range that nothing may touch: an overflow is a crash with a name.
  char* const memory = static_cast<char*>(mmap(nullptr, kGuardBytes + kStackBytes, PROT_NONE,
                                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (memory == MAP_FAILED) throw std::bad_alloc();
  state.stack = memory + kGuardBytes;
  if (mprotect(state.stack, kStackBytes, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  state.signal_stack =
      mmap(nullptr, kSignalStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (state.signal_stack == MAP_FAILED) throw std::bad_alloc();
  stack_t signal_stack = {};
  signal_stack.ss_sp = state.signal_stack;
  signal_stack.ss_size = kSignalStackBytes;
  sigaltstack(&signal_stack, nullptr);

  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGPROF;
  event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
  timer_t timer;
  if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) == 0) {
    const itimerspec every = {{0, kLookNs}, {0, kLookNs}};
    timer_settime(timer, 0, &every, nullptr);
  }
  state.ready = true;
}

void Body() {
  State& state = Here();
  state.watch.in_monitor = 1;
  try {
    state.body(state.argument);
    state.watch.in_monitor = 0;
    state.end = MonitorThread::End::kReturned;
  } catch (const std::exception& exception) {
    state.watch.in_monitor = 0;
    state.end = MonitorThread::End::kCrashed;
    state.exception = exception.what();
  } catch (...) {
    state.watch.in_monitor = 0;
    state.end = MonitorThread::End::kCrashed;
    state.exception = "not a std::exception";
  }
  setcontext(&state.home);
}

}  // namespace

MonitorThread::End MonitorThread::Run(void (*body)(void*), void* argument, std::string& message) {
  State& state = Here();
  if (!state.ready) PrepareThread(state);
  state.body = body;
  state.argument = argument;
  state.signal = 0;
  state.looks = 0;
  state.exception.clear();
  ucontext_t context;
  getcontext(&context);
  context.uc_stack.ss_sp = state.stack;
  context.uc_stack.ss_size = kStackBytes;
  context.uc_link = nullptr;
  makecontext(&context, Body, 0);
  swapcontext(&state.home, &context);
  if (state.end == End::kCrashed) {
    message = state.signal != 0
                  ? fmt::format("the monitor crashed: {}", strsignal(state.signal))
                  : fmt::format("an exception came out of the monitor: {}", state.exception);
  } else if (state.end == End::kStuck) {
    message = fmt::format("the monitor computed for {} ms of CPU time without a call of the port",
                          kLookNs * kLooksMost / 1'000'000);
  }
  return state.end;
}

void MonitorThread::Leave() { GoHome(Here(), End::kLeft); }

MonitorThread::Watch& MonitorThread::WatchOfThisThread() { return Here().watch; }

}  // namespace proctor
