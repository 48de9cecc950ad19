#include "runtime/stack/overflow.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace proctor::runtime {
namespace {

constinit std::atomic<NameOverflowed> name_overflowed{nullptr};
struct sigaction before = {};

// Neither stdio nor allocation works in a signal handler.
class Line {
 public:
  void Add(const char* text) {
    const std::size_t bytes = std::min(std::strlen(text), sizeof text_ - used_);
    std::memcpy(text_ + used_, text, bytes);
    used_ += bytes;
  }
  void AddHex(uintptr_t value) {
    char digits[2 * sizeof value + 1];
    char* at = digits + sizeof digits;
    *--at = 0;
    do {
      *--at = "0123456789abcdef"[value % 16];
      value /= 16;
    } while (value != 0);
    Add("0x");
    Add(at);
  }
  void Write() const { [[maybe_unused]] const ssize_t n = write(STDERR_FILENO, text_, used_); }

 private:
  char text_[256];
  std::size_t used_ = 0;
};

void Overflowed(const char* owner, uintptr_t address) {
  Line line;
  line.Add("fatal: stack overflow: ");
  line.Add(owner);
  line.Add(" has used up its stack (fault at ");
  line.AddHex(address);
  line.Add(")\n");
  line.Write();
  signal(SIGABRT, SIG_DFL);
  std::abort();
}

void OnFault(int signal_number, siginfo_t* info, void* ucontext) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  char owner[128] = "";
  const NameOverflowed name = name_overflowed.load(std::memory_order_acquire);
  // Only the kernel knows of faults; a SIGSEGV that somebody sent has no address.
  if (info->si_code > 0 && name != nullptr && name(address, owner, sizeof owner)) {
    Overflowed(owner, address);
  }
  if ((before.sa_flags & SA_SIGINFO) != 0) {
    before.sa_sigaction(signal_number, info, ucontext);
  } else if (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN) {
    // Back to the same instruction, which now ends the process as it would have without us. A sent
    // one must be sent again.
    sigaction(SIGSEGV, &before, nullptr);
    if (info->si_code <= 0) raise(SIGSEGV);
  } else {
    before.sa_handler(signal_number);
  }
}

void InstallHandler() {
  struct sigaction action = {};
  action.sa_sigaction = OnFault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  if (sigaction(SIGSEGV, &action, &before) != 0) std::abort();
}

}  // namespace

void InstallOverflowHandler(NameOverflowed name) {
  name_overflowed.store(name, std::memory_order_release);
  static std::once_flag once;
  std::call_once(once, InstallHandler);
}

SignalStack::SignalStack() {
  // SIGSTKSZ asks the kernel how large a signal frame is on this machine; room for the handlers'
  // own frames comes on top, and a sanitizer's are large.
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  bytes_ = (static_cast<std::size_t>(SIGSTKSZ) + 64 * 1024 + page - 1) / page * page;
  // The lowest page stays inaccessible, so that an overflow here does not go unnoticed.
  memory_ = mmap(nullptr, bytes_ + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory_ == MAP_FAILED ||
      mprotect(static_cast<char*>(memory_) + page, bytes_, PROT_READ | PROT_WRITE) != 0) {
    Line line;
    line.Add("fatal: cannot start a thread: no memory for its signal stack\n");
    line.Write();
    std::abort();
  }
  stack_t stack = {};
  stack.ss_sp = static_cast<char*>(memory_) + page;
  stack.ss_size = bytes_;
  bytes_ += page;
  if (sigaltstack(&stack, &before_) != 0) std::abort();
}

SignalStack::~SignalStack() {
  sigaltstack(&before_, nullptr);
  munmap(memory_, bytes_);
}

}  // namespace proctor::runtime
