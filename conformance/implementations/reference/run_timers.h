// The timers that one run of a task has set for their own.
//
// Thread safety: Set, Stop and Reset by the task itself; what fires runs in a task of its own.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_RUN_TIMERS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_RUN_TIMERS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "conformance/scenario/scenario.h"
#include "runtime/delayed_task.h"

namespace proctor::reference {

class RunTimers : public std::enable_shared_from_this<RunTimers> {
 public:
  // Hears of each that fires. Outlives all timers.
  class Listener {
   public:
    virtual void OnExpired(RunTimers& timers, int32_t number) = 0;

   protected:
    ~Listener() = default;
  };

  // `g`: the number of the run.
  RunTimers(int64_t g, Listener& listener) : g_(g), listener_(listener) {}
  virtual ~RunTimers() = default;

  int64_t g() const { return g_; }

  // All three: true if the timer was still to fire, and will not for that time. Set makes a new
  // timer of that number; the one before it is stopped.
  virtual bool Set(int32_t number, int64_t duration_ns);
  // The number must have been set, as for Reset.
  virtual bool Stop(int32_t number);
  virtual bool Reset(int32_t number, int64_t duration_ns);

  // The scenario lasts until each time that was expected has been settled: the timer has fired, or
  // is not to. False: there is none left, for it fired once too often.
  void Expect(int32_t number) { Left(number).fetch_add(1); }
  bool Settle(int32_t number);

 protected:
  // What is to run when it fires.
  virtual runtime::TaskFunction Firing(int32_t number);
  void NoteExpired(int32_t number) { listener_.OnExpired(*this, number); }

 private:
  std::atomic<int64_t>& Left(int32_t number) { return left_[static_cast<size_t>(number)]; }

  const int64_t g_;
  Listener& listener_;
  std::map<int32_t, std::unique_ptr<runtime::DelayedTask>> timers_;
  std::array<std::atomic<int64_t>, kTimersMost> left_{};
};

// Makes the timers of a run: those above, or broken ones.
using MakeRunTimers =
    std::function<std::shared_ptr<RunTimers>(int64_t g, RunTimers::Listener& listener)>;

}  // namespace proctor::reference

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_RUN_TIMERS_H_
