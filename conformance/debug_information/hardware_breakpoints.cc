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

using Points = std::array<HardwareBreakpoints::Point, HardwareBreakpoints::kSlots>;

// The control register: each point's local enable bit, and from bit 16 on what it stops on and its
// length.
uint64_t ControlOf(const Points& points) {
  uint64_t control = 0;
  for (size_t slot = 0; slot < points.size(); ++slot) {
    const HardwareBreakpoints::Point& point = points[slot];
    if (point.address == 0) continue;
    const uint64_t length = point.bytes == 8 ? 2 : uint64_t{point.bytes} - 1;
    control |= uint64_t{1} << (2 * slot);
    control |= (static_cast<uint64_t>(point.on) | length << 2) << (16 + 4 * slot);
  }
  return control;
}

}  // namespace

bool HardwareBreakpoints::Set(int slot, const Point& point) {
  Point& current = points_[static_cast<size_t>(slot)];
  if (current == point) return true;
  const Point before = current;
  const bool of_one_sort = before.on == point.on && before.bytes == point.bytes;
  if (before.address != 0 && (point.address == 0 || !of_one_sort)) {
    // The kernel checks an address against the sort that the slot is of.
    current = {};
    if (!Poke(thread_, kControlRegister, ControlOf(points_))) return false;
  }
  if (point.address == 0) return true;
  if (!Poke(thread_, slot, point.address)) return false;
  const bool was_on = current.address != 0;
  current = point;
  return was_on || Poke(thread_, kControlRegister, ControlOf(points_));
}

void HardwareBreakpoints::Clear() {
  Poke(thread_, kControlRegister, 0);
  points_ = {};
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

bool HardwareBreakpoints::Set(int, const Point& point) { return point.address == 0; }
void HardwareBreakpoints::Clear() {}
int HardwareBreakpoints::TakeHit() { return -1; }
std::optional<Registers> ReadRegisters(pid_t) { return std::nullopt; }

#endif

}  // namespace proctor
