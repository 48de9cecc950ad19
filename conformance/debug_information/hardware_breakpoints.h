// Up to four hardware breakpoints in one traced thread. No other thread notices them, and no byte
// of the program changes.
//
// They outlive the tracing: who lets the thread go clears them first, else its next hit ends the
// process.
//
// Thread safety: none; on the thread that traces, while the traced thread stands.

#ifndef PROCTOR_CONFORMANCE_DEBUG_INFORMATION_HARDWARE_BREAKPOINTS_H_
#define PROCTOR_CONFORMANCE_DEBUG_INFORMATION_HARDWARE_BREAKPOINTS_H_

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>

namespace proctor {

class HardwareBreakpoints {
 public:
  static constexpr int kSlots = 4;

  explicit HardwareBreakpoints(pid_t thread) : thread_(thread) {}

  // The thread stops before it executes the instruction at `address`; 0: not there any more. False:
  // the machine, or its kernel, has no such breakpoints.
  bool Set(int slot, uint64_t address);
  void Clear();

  // The slot at whose address the thread stands since this stop; -1: it stopped for another reason.
  int TakeHit();

 private:
  const pid_t thread_;
  std::array<uint64_t, kSlots> addresses_{};
};

// What the thread's registers hold; nullopt: it cannot be asked.
struct Registers {
  std::array<uint64_t, 6> go;        // the first parameters, gc's convention
  std::array<uint64_t, 6> system_v;  // ... and that of C and C++
  uint64_t result;
  uint64_t frame;
};
std::optional<Registers> ReadRegisters(pid_t thread);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_DEBUG_INFORMATION_HARDWARE_BREAKPOINTS_H_
