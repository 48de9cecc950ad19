#include "conformance/debug_information/hardware_breakpoints.h"

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace proctor {
namespace {

using On = HardwareBreakpoints::On;

volatile uint32_t watched = 0;
volatile uint32_t sink = 0;

[[gnu::noinline]] void Called() { sink = sink + 1; }

// Stands before it reads what is watched, writes 5 there, calls a function, and ends.
class Child {
 public:
  Child() : pid_(fork()) {
    if (pid_ == 0) {
      ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      raise(SIGSTOP);
      sink = watched;
      watched = 5;
      Called();
      _exit(0);
    }
    waitpid(pid_, &status_, 0);
  }
  ~Child() {
    if (WIFSTOPPED(status_)) {
      kill(pid_, SIGKILL);
      waitpid(pid_, &status_, 0);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The slot that stops it next; -1: none does any more.
  int NextHit() {
    ptrace(PTRACE_CONT, pid_, nullptr, nullptr);
    waitpid(pid_, &status_, 0);
    return WIFSTOPPED(status_) && WSTOPSIG(status_) == SIGTRAP ? points.TakeHit() : -1;
  }
  uint32_t value() const {
    return static_cast<uint32_t>(ptrace(PTRACE_PEEKDATA, pid_, &watched, nullptr));
  }

 private:
  const pid_t pid_;
  int status_ = 0;

 public:
  HardwareBreakpoints points{pid_};
};

uint64_t AddressOf(volatile uint32_t* variable) { return reinterpret_cast<uint64_t>(variable); }

TEST(HardwareBreakpoints, StopsBehindAWriteAndNotAtARead) {
  Child child;
  if (!child.points.Set(2, {.address = AddressOf(&watched), .on = On::kWrite, .bytes = 4}))
    GTEST_SKIP() << "this machine has no hardware breakpoints";
  EXPECT_EQ(child.NextHit(), 2);
  EXPECT_EQ(child.value(), 5u);
  EXPECT_EQ(child.NextHit(), -1);
}

TEST(HardwareBreakpoints, StopsAtEachAccess) {
  Child child;
  if (!child.points.Set(0, {.address = AddressOf(&watched), .on = On::kAccess, .bytes = 4}))
    GTEST_SKIP() << "this machine has no hardware breakpoints";
  EXPECT_EQ(child.NextHit(), 0);
  EXPECT_EQ(child.value(), 0u);
  EXPECT_EQ(child.NextHit(), 0);
  EXPECT_EQ(child.value(), 5u);
  EXPECT_EQ(child.NextHit(), -1);
}

// A slot changes from one sort to another, and others keep theirs.
TEST(HardwareBreakpoints, ASlotTakesOneSortAfterAnother) {
  Child child;
  const HardwareBreakpoints::Point called{.address = reinterpret_cast<uint64_t>(&Called)};
  if (!child.points.Set(1, called)) GTEST_SKIP() << "this machine has no hardware breakpoints";
  ASSERT_TRUE(child.points.Set(3, {.address = AddressOf(&sink), .on = On::kWrite, .bytes = 4}));
  ASSERT_TRUE(child.points.Set(1, {.address = AddressOf(&watched), .on = On::kAccess, .bytes = 4}));
  EXPECT_EQ(child.NextHit(), 1);
  ASSERT_TRUE(child.points.Set(1, called));
  EXPECT_EQ(child.NextHit(), 3);
  EXPECT_EQ(child.NextHit(), 1);
  ASSERT_TRUE(child.points.Set(1, {}));
  EXPECT_EQ(child.NextHit(), 3);
  EXPECT_EQ(child.NextHit(), -1);
}

}  // namespace
}  // namespace proctor
