// A list of processors that grows and shrinks, and what its trace says.

#include "runtime/scheduler/processor_list.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace proctor::runtime {
namespace {

class ProcessorListTest : public testing::Test {
 protected:
  ProcessorListTest() : trace_(nullptr, 1024), lock_(trace_), reader_(trace_.tracer()) {
    trace_.tracer().Start();
  }

  std::vector<std::string> Traced() {
    std::vector<std::string> lines;
    reader_.Drain([&](const TraceEvent& event) {
      if (event.kind != TraceKind::kWrite) return;
      const auto variable = static_cast<TraceVariable>(event.args[0]);
      lines.push_back(std::string(TraceVariableName(variable)) + " p" + std::to_string(event.p) +
                      " " + std::to_string(event.args[1]));
    });
    return lines;
  }

  SchedulerTrace trace_;
  SchedLock lock_;
  TraceReader reader_;
  ProcessorList list_;
};

const std::string kIdle = std::to_string(static_cast<int>(ProcessorStatus::kIdle));
const std::string kStopped = std::to_string(static_cast<int>(ProcessorStatus::kStopped));
const std::string kFirstSchedule = std::to_string(Processor::kFirstScheduleTick);
const std::string kFirstSyscall = std::to_string(Processor::kFirstSyscallTick);
using Lines = std::vector<std::string>;

TEST_F(ProcessorListTest, StartsWithIdleOnes) {
  list_.Start(trace_, 1);
  EXPECT_EQ(list_.count(), 1);
  EXPECT_EQ(list_.procs(), 1);
  EXPECT_EQ(list_.At(0).status.Load(), ProcessorStatus::kIdle);
  EXPECT_EQ(Traced(),
            (Lines{"procs p-1 1", "processor_count p-1 1", "status p0 " + kIdle,
                   "schedule_tick p0 " + kFirstSchedule, "syscall_tick p0 " + kFirstSyscall}));
}

TEST_F(ProcessorListTest, GrowsAndShrinksAndKeepsWhatItHad) {
  list_.Start(trace_, 1);
  Traced();
  const SchedGuard guard(lock_);
  list_.Grow(trace_, 2);
  EXPECT_EQ(list_.count(), 2);
  EXPECT_EQ(list_.procs(), 1);
  list_.SetProcs(trace_, 2);
  EXPECT_EQ(list_.procs(), 2);
  Processor* const second = &list_.At(1);
  EXPECT_EQ(second->status.Load(), ProcessorStatus::kStopped);
  EXPECT_EQ(Traced(),
            (Lines{"schedule_tick p1 " + kFirstSchedule, "syscall_tick p1 " + kFirstSyscall,
                   "processor_count p-1 2", "status p1 " + kStopped, "procs p-1 2"}));

  second->Change(ProcessorStatus::kStopped, ProcessorStatus::kDead);
  list_.Shorten(trace_, 1);
  list_.SetProcs(trace_, 1);
  EXPECT_EQ(list_.count(), 1);
  EXPECT_EQ(Traced(), (Lines{"processor_count p-1 1", "procs p-1 1"}));

  // The same one comes back, and is not new.
  list_.Grow(trace_, 2);
  EXPECT_EQ(&list_.At(1), second);
  EXPECT_EQ(Traced(), (Lines{"processor_count p-1 2", "status p1 " + kStopped}));
}

TEST_F(ProcessorListTest, SumsUpTimersAndBirths) {
  list_.Start(trace_, 3);
  EXPECT_EQ(list_.EarliestTimerNs(), kNoTimer);
  Timer late, early;
  late.when_ns = 20;
  early.when_ns = 10;
  list_.At(0).timers.Add(late);
  list_.At(2).timers.Add(early);
  EXPECT_EQ(list_.EarliestTimerNs(), 10);
  EXPECT_EQ(list_.PendingTimers(), 2);
  TimerHeap::Remove(early);
  EXPECT_EQ(list_.EarliestTimerNs(), 20);
  TimerHeap::Remove(late);
  list_.At(0).CountBirths(5);
  list_.At(2).CountBirths(-2);
  EXPECT_EQ(list_.Births(), 3);
}

TEST(ProcessorDeathTest, AChangeFromAnotherStatusEndsTheProcess) {
  Processor p(3);
  EXPECT_DEATH(p.Change(ProcessorStatus::kRunning, ProcessorStatus::kIdle),
               "processor 3 is in status 0 and not in 2");
}

}  // namespace
}  // namespace proctor::runtime
