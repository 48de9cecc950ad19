#include "conformance/campaign/never_came.h"

#include <fmt/core.h>

#include <cstddef>
#include <iterator>

namespace proctor {
namespace {

using enum ClauseId;

struct Entry {
  ClauseId clause;
  std::string_view what;
};

constexpr Entry kEntries[] = {
    {kID_1, "a monitor's thread, from its start on"},
    {kID_2, "a cycle of the monitor that shows who owns the P"},
    {kID_3, "a deadlock, or a cycle that shows the count of system threads"},
    {kID_4, "sleeps of the monitor that can be followed"},
    {kCAD_1, "a cycle of the monitor"},
    {kCAD_2, "a run of shallow sleeps whose beginning is known"},
    {kCAD_3, "a P taken from a system call, and the whole run of shallow sleeps after it"},
    {kCAD_4, "a deep sleep ended by a wake-up, and the sleeps after it"},
    {kCAD_5, "a deep sleep ended by its time-out, and the sleep after it"},
    {kCAD_6, "a cycle with another duty in which nothing can have been taken"},
    {kCAD_7, "a deep sleep that timed out within a run of the shortest sleeps"},
    {kCAD_8, "a shallow sleep"},
    {kCAD_9, "a sleep whose beginning and end are both known"},
    {kDEEP_1, "a deep sleep"},
    {kDEEP_2, "a deep sleep with the timers known"},
    {kDEEP_3, "a deep sleep with the monitor's flag known"},
    {kDEEP_4, "a deep sleep with the next timer known"},
    {kDEEP_5, "a deep sleep as long as `relax_min`"},
    {kDEEP_6, "a cycle after a deep sleep"},
    {kDEEP_7, "a deep sleep that ended while every task waited"},
    {kDEEP_8, "a wake-up of the monitor"},
    {kDEEP_9, "a task that entered or left a system call while the monitor slept deep"},
    {kDEEP_10, "a time-out and a wake-up at the same moment"},
    {kDEEP_11, "a cycle with a P busy all the time"},
    {kDEEP_12, "a task that ran while the monitor slept deep to its time-out"},
    {kDEEP_13, "a cycle with the scheduler trace on in which all P were idle"},
    {kDEEP_14, "a deep sleep, and another one after it"},
    {kDEEP_15, "a task that entered a system call beside the monitor's flag"},
    {kDEEP_16, "a timed wait with libc interceptors"},
    {kDEEP_17, "a duty that fell due during a deep sleep"},
    {kCYC_1, "a cycle with two duties, or one in which a deep sleep was due"},
    {kCYC_2, "a cycle that recorded two times"},
    {kCYC_3, "a duty with the monitor lock known"},
    {kCYC_4, "a hand-off or a preemption request with the all-P lock known"},
    {kCYC_5, "a cycle with libc interceptors"},
    {kCYC_6, "a cycle of the monitor"},
    {kPOLL_1, "a poll, and another one that was due after it"},
    {kPOLL_2, "a poll with the time of the last one known"},
    {kPOLL_3, "a poll by the monitor"},
    {kPOLL_4, "a poll by the monitor that found something"},
    {kPOLL_5, "an injection with waiters counted"},
    {kPOLL_6, "an injection of ready tasks"},
    {kPOLL_7, "a descriptor that became ready while every P was busy"},
    {kSLICE_1, "a scan with two P busy all the time"},
    {kSLICE_2, "a busy P whose schedule tick had moved"},
    {kSLICE_3, "a task that computed for longer than its slice"},
    {kSLICE_4, "a task that went on after a preemption request, or a second signal to its thread"},
    {kSLICE_5, "a hand-over that inherited its slice"},
    {kSLICE_6, "ticks apart in their high bits only"},
    {kSYS_1, "a P whose system call the monitor saw for the first time, and what it did then"},
    {kSYS_2, "a P in a system call, first with and then without others idle"},
    {kSYS_3, "a system call longer than `syscall_cap` in an idle process"},
    {kSYS_4, "a task runnable behind a blocked system call"},
    {kSYS_5, "a P in short system calls for longer than its slice"},
    {kSYS_6, "a P taken from a system call"},
    {kSYS_7, "a P taken from a system call, with the count of idle threads followed"},
    {kSYS_8, "tasks that computed at the same time"},
    {kSYS_9, "a thread that came back from its system call and had lost its P"},
    {kSYS_10, "a scan beside an idle P whose tick had moved"},
    {kSYS_11, "a cycle that took a P, or asked for preemption, and the sleep after it"},
    {kHAND_1, "the hand-off of a P with work on its queue"},
    {kHAND_2, "a hand-off while a trace reader or mark work waited"},
    {kHAND_3, "the hand-off of a P without work while nobody looked for work"},
    {kHAND_4, "a hand-off during stop-the-world"},
    {kHAND_5, "a hand-off with a safe-point function pending"},
    {kHAND_6, "the hand-off of the last P that was not idle"},
    {kHAND_7, "the hand-off of a P with a timer and no work"},
    {kHAND_8, "a task that became runnable"},
    {kPRE_1, "a preemption request, and its signal"},
    {kPRE_2, "a preemption request that met another task"},
    {kPRE_3, "a slice that ended with asynchronous preemption off"},
    {kPRE_4, "a preempted task"},
    {kPRE_5, "a loop without calls beside another runnable task"},
    {kGC_1, "a forced collection, or one that was due"},
    {kGC_2, "a forced collection with the helper's flag known"},
    {kGC_3, "time enough with the collector off"},
    {kGC_4, "the collector's helper at work"},
    {kGC_5, "a forced collection that was due"},
    {kSCAV_1, "a request to wake the scavenger"},
    {kTRC_1, "a line of the scheduler trace, or one that was due"},
    {kDEAD_1, "a deep sleep with the counts of threads known"},
    {kDEAD_2, "a deadlock check"},
    {kDEAD_3, "a deadlock"},
    {kDEAD_4, "a process with nothing but timers pending"},
    {kDEAD_5, "a process whose tasks all wait for the network"},
    {kDEAD_6, "a fatal error under the sched lock"},
    {kSTW_1, "a deep sleep of the monitor while the world stopped"},
    {kSTW_2, "a cycle during stop-the-world"},
    {kSTW_3, "a collection asked for while tasks computed"},
    {kVER_1, "an overdue timer after a poll"},
    {kVER_2, "two looks at the CPU affinity, or time enough for them"},
    {kVER_3, "a cycle with a P running or taken"},
    {kTIME_1, "a sleep of a task or a timer that fired"},
    {kTIME_2, "a timer due while every P computed"},
    {kTIME_3, "a timer due while a P was idle"},
    {kTIME_4, "a sleep of less than a millisecond while a P was idle"},
    {kTIME_5, "a sleep or a timer that came to its end, or should have"},
    {kTIME_6, "a stop or reset of a timer"},
    {kTIME_7, "a timer that fired"},
};

constexpr bool IsInOrder() {
  for (size_t i = 0; i < std::size(kEntries); ++i) {
    if (kEntries[i].clause != static_cast<ClauseId>(i)) return false;
  }
  return std::size(kEntries) == kClauseCount;
}
static_assert(IsInOrder(), "each clause once, in the order of the contract");

}  // namespace

std::string_view WhatTests(ClauseId clause) { return kEntries[static_cast<size_t>(clause)].what; }

bool MayNeverCome(ClauseId clause) {
  return GetClause(clause).level == Level::kMay || clause == kSTW_1;
}

std::string WhyNotExercised(ClauseId clause) {
  return fmt::format("what puts it to the test never came: {}", WhatTests(clause));
}

}  // namespace proctor
