#include "runtime/arch/preempt.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <mutex>

#include "runtime/arch/inject.h"

namespace proctor::runtime {
namespace {

// What `preempted` gets beyond what the entry saved: enough to lock the scheduler, queue the task
// and switch away.
constexpr std::size_t kHookStackBytes = 2048;
// Modules (executable, shared libraries) with preemptible code in one process.
constexpr std::size_t kSectionsMost = 64;

struct Section {
  std::atomic<uintptr_t> start;
  std::atomic<uintptr_t> stop;
};

// Constant-initialised: modules register before any constructor of this file could run.
constinit Section sections[kSectionsMost] = {};
constinit std::atomic<std::size_t> section_count{0};

constinit std::atomic<bool (*)(uintptr_t)> may_preempt{nullptr};
constinit std::atomic<void (*)()> preempted{nullptr};
constinit std::atomic<void (*)()> arrived{nullptr};

struct sigaction before = {};

bool SentByUs(const siginfo_t& info) { return info.si_code == SI_TKILL && info.si_pid == getpid(); }

void CallHandlerBefore(int signal, siginfo_t* info, void* ucontext) {
  if ((before.sa_flags & SA_SIGINFO) != 0) {
    before.sa_sigaction(signal, info, ucontext);
  } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    before.sa_handler(signal);
  }
}

void OnSignal(int signal, siginfo_t* info, void* ucontext) {
  const int saved_errno = errno;
  if (!SentByUs(*info)) {
    CallHandlerBefore(signal, info, ucontext);
  } else {
    if (const auto hook = arrived.load(std::memory_order_acquire)) hook();
    const auto may = may_preempt.load(std::memory_order_acquire);
    if (may != nullptr && IsPreemptibleCode(InterruptedAt(ucontext)) &&
        may(InterruptedStackPointer(ucontext))) {
      Inject(ucontext);
    }
  }
  errno = saved_errno;
}

void InstallHandler() {
  PrepareInjection();
  struct sigaction action = {};
  action.sa_sigaction = OnSignal;
  // On the signal stack: a task's own may have no room for the signal frame. Restart: a thread
  // in a system call shall not notice.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  // All blocked: another handler on top of this one would see a half-made injection.
  sigfillset(&action.sa_mask);
  if (sigaction(SIGURG, &action, &before) != 0) std::abort();
}

}  // namespace

void InstallPreemption(const PreemptionHooks& hooks) {
  // In this order: who finds may_preempt finds the others.
  arrived.store(hooks.arrived, std::memory_order_release);
  if (hooks.may_preempt != nullptr) preempted.store(hooks.preempted, std::memory_order_release);
  may_preempt.store(hooks.may_preempt, std::memory_order_release);
  static std::once_flag once;
  if (kAsyncPreemption) std::call_once(once, InstallHandler);
}

bool SendPreemption(pid_t tid) { return syscall(SYS_tgkill, getpid(), tid, SIGURG) == 0; }

std::size_t PreemptionStackBytes() { return InjectionStackBytes() + kHookStackBytes; }

bool IsPreemptibleCode(uintptr_t address) {
  const std::size_t count = section_count.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < count && i < kSectionsMost; ++i) {
    // A section that is being added right now still reads as empty.
    if (address >= sections[i].start.load(std::memory_order_acquire) &&
        address < sections[i].stop.load(std::memory_order_acquire)) {
      return true;
    }
  }
  return false;
}

namespace preempt_internal {

RegisterSection::RegisterSection(const char* start, const char* stop) {
  if (start == stop) return;
  const std::size_t mine = section_count.fetch_add(1, std::memory_order_acq_rel);
  if (mine >= kSectionsMost) return;  // its code is just not preempted
  sections[mine].start.store(reinterpret_cast<uintptr_t>(start), std::memory_order_release);
  sections[mine].stop.store(reinterpret_cast<uintptr_t>(stop), std::memory_order_release);
}

}  // namespace preempt_internal
}  // namespace proctor::runtime

void proctor_preempted() noexcept {
  const auto hook = proctor::runtime::preempted.load(std::memory_order_acquire);
  if (hook != nullptr) hook();
}
