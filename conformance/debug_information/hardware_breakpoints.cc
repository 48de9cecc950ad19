#include "conformance/debug_information/hardware_breakpoints.h"

#include <sys/ptrace.h>
#include <sys/user.h>

#include <cstddef>

namespace proctor {

#if defined(__x86_64__)

namespace {

constexpr int kStatusRegister = 6;
constexpr int kControlRegister = 7;

size_t OffsetOf(int debug_register) {
  return offsetof(struct user, u_debugreg) + sizeof(long) * static_cast<size_t>(debug_register);
}

bool Poke(pid_t thread, int debug_register, uint64_t value) {
  return ptrace(PTRACE_POKEUSER, thread, OffsetOf(debug_register), value) == 0;
}

}  // namespace

bool HardwareBreakpoints::Set(int slot, uint64_t address) {
  auto& current = addresses_[static_cast<size_t>(slot)];
  if (current == address) return true;
  uint64_t control = 0;
  for (int i = 0; i < kSlots; ++i) {
    const uint64_t wanted = i == slot ? address : addresses_[static_cast<size_t>(i)];
    // Local, on execution, one byte long.
    if (wanted != 0) control |= uint64_t{1} << (2 * i);
  }
  if (address != 0 && !Poke(thread_, slot, address)) return false;
  if ((address == 0) != (current == 0) && !Poke(thread_, kControlRegister, control)) return false;
  current = address;
  return true;
}

void HardwareBreakpoints::Clear() {
  Poke(thread_, kControlRegister, 0);
  addresses_ = {};
}

int HardwareBreakpoints::TakeHit() {
  const auto status =
      static_cast<uint64_t>(ptrace(PTRACE_PEEKUSER, thread_, OffsetOf(kStatusRegister), nullptr));
  if (status == UINT64_MAX) return -1;
  Poke(thread_, kStatusRegister, 0);
  for (int slot = 0; slot < kSlots; ++slot) {
    if ((status >> slot & 1) != 0) return slot;
  }
  return -1;
}

std::optional<Registers> ReadRegisters(pid_t thread) {
  user_regs_struct registers{};
  if (ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return std::nullopt;
  return Registers{
      .go = {registers.rax, registers.rbx, registers.rcx, registers.rdi, registers.rsi,
             registers.r8},
      .system_v = {registers.rdi, registers.rsi, registers.rdx, registers.rcx, registers.r8,
                   registers.r9},
      .result = registers.rax,
      .frame = registers.rbp,
  };
}

#else  // other processors: none yet

bool HardwareBreakpoints::Set(int, uint64_t address) { return address == 0; }
void HardwareBreakpoints::Clear() {}
int HardwareBreakpoints::TakeHit() { return -1; }
std::optional<Registers> ReadRegisters(pid_t) { return std::nullopt; }

#endif

}  // namespace proctor
