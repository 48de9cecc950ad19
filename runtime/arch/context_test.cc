#include "runtime/arch/context.h"

#include <cfenv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/arch/flow.h"

namespace proctor::runtime {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;

struct Memory {
  std::unique_ptr<char[]> bytes{new char[kStackBytes]};
  char* low() { return bytes.get(); }
  char* high() { return bytes.get() + kStackBytes; }
};

#if !defined(PROCTOR_ASAN) && !defined(PROCTOR_TSAN)  // bare contexts are nothing for a sanitizer

struct PingPong {
  Context main;
  Context flow;
  int64_t count = 0;
  uintptr_t frame = 0;
};

void Count(void* argument) {
  auto* p = static_cast<PingPong*>(argument);
  alignas(16) volatile char aligned[16] = {};
  p->frame = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  p->frame |= reinterpret_cast<uintptr_t>(&aligned) & 15;
  while (true) {
    ++p->count;
    SwitchContext(p->flow, p->main);
  }
}

TEST(Context, SwitchesAMillionTimesThereAndBack) {
  Memory memory;
  PingPong p;
  p.flow = MakeContext(memory.low(), memory.high(), Count, &p);
  for (int64_t i = 0; i < 1'000'000; ++i) {
    ASSERT_EQ(p.count, i);
    SwitchContext(p.main, p.flow);
  }
  EXPECT_EQ(p.count, 1'000'000);
}

TEST(Context, EntryFindsItsStackAlignedWhateverItsEnd) {
  for (int cut = 0; cut < 32; ++cut) {
    Memory memory;
    PingPong p;
    p.flow = MakeContext(memory.low(), memory.high() - cut, Count, &p);
    SwitchContext(p.main, p.flow);
    EXPECT_EQ(p.frame & 15, 0u) << "end " << cut << " bytes off";
    EXPECT_LT(p.frame, reinterpret_cast<uintptr_t>(memory.high() - cut));
    EXPECT_GT(p.frame, reinterpret_cast<uintptr_t>(memory.low()));
  }
}

#if defined(__x86_64__)

// Overwrites every register that a called function must keep, then switches back.
void Trample(void* argument) {
  auto* p = static_cast<PingPong*>(argument);
  while (true) {
    // What was here before is not this function's to keep: it only ever leaves by a switch.
    asm volatile(
        "mov $-1, %%rbx\n mov $-2, %%r12\n mov $-3, %%r13\n mov $-4, %%r14\n mov $-5, %%r15\n" ::
            : "rbx", "r12", "r13", "r14", "r15");
    SwitchContext(p->flow, p->main);
  }
}

// Calls SwitchContext with known values in the callee-saved registers, and says which came back.
void SwitchWithKnownRegisters(Context& from, const Context& to, uint64_t (&seen)[6]) {
  uint64_t* out = seen;
  asm volatile(
      "push %%rbp\n push %[out]\n sub $128, %%rsp\n mov %%rsp, %%rbp\n"
      "and $-16, %%rsp\n push %%rbp\n sub $8, %%rsp\n"
      "mov $0x11, %%rbx\n mov $0x22, %%r12\n mov $0x33, %%r13\n mov $0x44, %%r14\n"
      "mov $0x55, %%r15\n mov $0x66, %%rbp\n"
      "call proctor_switch_context\n"
      "mov %%rbp, %%rdx\n add $8, %%rsp\n pop %%rbp\n mov %%rbp, %%rsp\n add $128, %%rsp\n"
      "pop %%rax\n pop %%rbp\n"
      "mov %%rbx, 0(%%rax)\n mov %%r12, 8(%%rax)\n mov %%r13, 16(%%rax)\n"
      "mov %%r14, 24(%%rax)\n mov %%r15, 32(%%rax)\n mov %%rdx, 40(%%rax)\n"
      :
      : "D"(&from), "S"(&to), [out] "a"(out)
      : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
}

TEST(Context, KeepsTheCalleeSavedRegisters) {
  Memory memory;
  PingPong p;
  p.flow = MakeContext(memory.low(), memory.high(), Trample, &p);
  for (int i = 0; i < 3; ++i) {
    uint64_t seen[6] = {};
    SwitchWithKnownRegisters(p.main, p.flow, seen);
    EXPECT_EQ(seen[0], 0x11u);
    EXPECT_EQ(seen[1], 0x22u);
    EXPECT_EQ(seen[2], 0x33u);
    EXPECT_EQ(seen[3], 0x44u);
    EXPECT_EQ(seen[4], 0x55u);
    EXPECT_EQ(seen[5], 0x66u);
  }
}

#endif  // __x86_64__

struct Rounding {
  PingPong p;
  int at_start = -1;
  int after = -1;
};

void RoundUp(void* argument) {
  auto* r = static_cast<Rounding*>(argument);
  r->at_start = std::fegetround();
  std::fesetround(FE_UPWARD);
  SwitchContext(r->p.flow, r->p.main);
  r->after = std::fegetround();
  SwitchContext(r->p.flow, r->p.main);
}

// fegetround reads the x87 control word and fesetround writes both.
TEST(Context, KeepsTheFloatingPointModeOfEach) {
  Memory memory;
  Rounding r;
  r.p.flow = MakeContext(memory.low(), memory.high(), RoundUp, &r);
  std::fesetround(FE_DOWNWARD);
  SwitchContext(r.p.main, r.p.flow);
#if defined(__x86_64__)
  EXPECT_EQ(r.at_start, FE_TONEAREST);
#endif
  EXPECT_EQ(std::fegetround(), FE_DOWNWARD);
  volatile double tenth = 1.0;  // to nearest it would be rounded up, to the constant below
  tenth = tenth / 10.0;
  EXPECT_LT(tenth, 0.1);
  std::fesetround(FE_TOWARDZERO);
  SwitchContext(r.p.main, r.p.flow);
  EXPECT_EQ(r.after, FE_UPWARD);
  EXPECT_EQ(std::fegetround(), FE_TOWARDZERO);
  std::fesetround(FE_TONEAREST);
}

#endif  // no sanitizer

struct Script {
  Flow main;
  Flow flow;
  std::string log;
};

void ThrowWithin(void* argument) {
  auto* s = static_cast<Script*>(argument);
  try {
    throw std::runtime_error("inner");
  } catch (const std::runtime_error& e) {
    s->log += std::string("caught ") + e.what();
  }
  LeaveFlow(s->flow, s->main);
}

TEST(Flow, AnExceptionIsCaughtWithinIt) {
  Memory memory;
  Script s;
  s.main.AdoptThread();
  s.flow.Make(memory.low(), memory.high(), ThrowWithin, &s);
  SwitchFlow(s.main, s.flow);
  s.flow.Release();
  EXPECT_EQ(s.log, "caught inner");
}

void SwitchWithinCatch(void* argument) {
  auto* s = static_cast<Script*>(argument);
  try {
    throw std::runtime_error("task's");
  } catch (...) {
    SwitchFlow(s->flow, s->main);
    try {
      throw;
    } catch (const std::runtime_error& e) {
      s->log += e.what();
    }
  }
  LeaveFlow(s->flow, s->main);
}

// Both flows stand in a `catch` at once, on one thread; `throw;` must find each one's own.
TEST(Flow, EachKeepsTheExceptionsItHandles) {
  Memory memory;
  Script s;
  s.main.AdoptThread();
  s.flow.Make(memory.low(), memory.high(), SwitchWithinCatch, &s);
  SwitchFlow(s.main, s.flow);
  EXPECT_EQ(std::current_exception(), nullptr);
  try {
    throw std::runtime_error("thread's ");
  } catch (...) {
    SwitchFlow(s.main, s.flow);
    try {
      throw;
    } catch (const std::runtime_error& e) {
      s.log += std::string(" ") + e.what();
    }
  }
  s.flow.Release();
  EXPECT_EQ(s.log, "task's thread's ");
}

struct Unwound {
  explicit Unwound(Script* script) : s(script) {}
  ~Unwound() {
    s->log += std::uncaught_exceptions() == 1 ? "unwinding " : "not unwinding ";
    SwitchFlow(s->flow, s->main);
    s->log += std::uncaught_exceptions() == 1 ? "still " : "no longer ";
  }
  Script* s;
};

void SwitchWhileUnwinding(void* argument) {
  auto* s = static_cast<Script*>(argument);
  try {
    Unwound unwound(s);
    throw std::runtime_error("");
  } catch (const std::runtime_error&) {
    s->log += "done";
  }
  LeaveFlow(s->flow, s->main);
}

TEST(Flow, AnExceptionInFlightStaysWithItsFlow) {
  Memory memory;
  Script s;
  s.main.AdoptThread();
  s.flow.Make(memory.low(), memory.high(), SwitchWhileUnwinding, &s);
  SwitchFlow(s.main, s.flow);
  EXPECT_EQ(std::uncaught_exceptions(), 0);
  SwitchFlow(s.main, s.flow);
  s.flow.Release();
  EXPECT_EQ(s.log, "unwinding still done");
}

void ThrowOut(void*) { throw std::runtime_error("out of the task"); }

TEST(FlowDeathTest, AnExceptionThatLeavesEntryEndsTheProcessWithItsName) {
  EXPECT_DEATH(
      {
        Memory memory;
        Script s;
        s.main.AdoptThread();
        s.flow.Make(memory.low(), memory.high(), ThrowOut, &s);
        SwitchFlow(s.main, s.flow);
      },
      "terminate called after throwing.*\n.*out of the task");
}

void Nothing(void* argument) {
  auto* s = static_cast<Script*>(argument);
  char buffer[1000];
  std::memset(buffer, static_cast<int>(s->log.size()), sizeof buffer);
  s->log += buffer[999] >= 0 ? '.' : '!';
  LeaveFlow(s->flow, s->main);
}

TEST(Flow, AStackServesOneFlowAfterTheOther) {
  Memory memory;
  Script s;
  s.main.AdoptThread();
  for (int i = 0; i < 100; ++i) {
    s.flow.Make(memory.low(), memory.high(), Nothing, &s);
    SwitchFlow(s.main, s.flow);
    s.flow.Release();
  }
  EXPECT_EQ(s.log, std::string(100, '.'));
}

}  // namespace
}  // namespace proctor::runtime
