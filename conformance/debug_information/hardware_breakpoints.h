// Up to four hardware breakpoints and watchpoints in one traced thread. No other thread notices
// them, and no byte of the program changes.
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

  // When the thread stops: before it executes the instruction at `address`, or after it has
  // written, or read or written, the `bytes` there (1, 2, 4 or 8, aligned). The numbers are the
  // control register's.
  enum class On : uint64_t { kExecution = 0, kWrite = 1, kAccess = 3 };
  struct Point {
    uint64_t address = 0;  // 0: nowhere
    On on = On::kExecution;
    uint8_t bytes = 1;

    bool operator==(const Point&) const = default;
  };

  // In place of what was in the slot. False: the machine, or its kernel, has no such breakpoints.
  bool Set(int slot, const Point& point);
  void Clear();

  // The slot whose point stopped the thread; -1: it stopped for another reason.
  int TakeHit();

 private:
  const pid_t thread_;
  std::array<Point, kSlots> points_{};
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
