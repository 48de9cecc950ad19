#include "conformance/implementations/reference/mutants/timer_mutants.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include "runtime/runtime.h"

namespace proctor {
namespace {

using enum ClauseId;
using reference::RunTimers;

int64_t NowNs() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class StopDoesNothing : public RunTimers {
 public:
  using RunTimers::RunTimers;
  bool Stop(int32_t) override { return true; }
};

class StopSaysTheContrary : public RunTimers {
 public:
  using RunTimers::RunTimers;
  bool Stop(int32_t number) override { return !RunTimers::Stop(number); }
};

// Knows when each was to fire.
class TimedTimers : public RunTimers {
 public:
  using RunTimers::RunTimers;
  bool Set(int32_t number, int64_t duration_ns) override {
    due_ns_[number] = NowNs() + duration_ns;
    return RunTimers::Set(number, duration_ns);
  }

 protected:
  int64_t LeftNs(int32_t number) const { return due_ns_.at(number) - NowNs(); }

 private:
  std::map<int32_t, int64_t> due_ns_;
};

class ResetKeepsTheTime : public TimedTimers {
 public:
  using TimedTimers::TimedTimers;
  bool Reset(int32_t number, int64_t duration_ns) override {
    return LeftNs(number) > 0 || RunTimers::Reset(number, duration_ns);
  }
};

class ResetToSoonerIsLate : public TimedTimers {
 public:
  using TimedTimers::TimedTimers;
  bool Reset(int32_t number, int64_t duration_ns) override {
    return RunTimers::Reset(number, std::max(duration_ns, LeftNs(number)));
  }
};

class FiresTwice : public RunTimers {
 public:
  using RunTimers::RunTimers;

 protected:
  runtime::TaskFunction Firing(int32_t number) override {
    return [timers = shared_from_this(), number]() mutable {
      const auto own = std::static_pointer_cast<FiresTwice>(std::move(timers));
      own->NoteExpired(number);
      own->NoteExpired(number);
    };
  }
};

class FiresEarly : public RunTimers {
 public:
  using RunTimers::RunTimers;
  bool Set(int32_t number, int64_t duration_ns) override {
    return RunTimers::Set(number, duration_ns - duration_ns / 10);
  }
};

class LostWithFewProcessors : public RunTimers {
 public:
  using RunTimers::RunTimers;
  bool Set(int32_t number, int64_t duration_ns) override {
    constexpr int64_t kNeverNs = 3'600'000'000'000;
    return RunTimers::Set(number, runtime::Procs() == 1 ? kNeverNs : duration_ns);
  }
};

template <typename Timers>
std::shared_ptr<RunTimers> Make(int64_t g, RunTimers::Listener& listener) {
  return std::make_shared<Timers>(g, listener);
}

constexpr std::string_view kStops = "timers_stopped_and_reset";
constexpr std::string_view kProcs = "timers_while_procs_change";

}  // namespace

std::span<const TimerMutant> TimerMutants() {
  static const std::vector<TimerMutant> mutants = {
      {"stop_does_nothing", kTIME_6, "a stop says that the timer will not fire, and lets it",
       kStops, Make<StopDoesNothing>},
      {"stop_says_the_contrary", kTIME_6, "the answer to a stop is the wrong way round", kStops,
       Make<StopSaysTheContrary>},
      {"reset_keeps_the_time", kTIME_1, "a timer that is still to fire and is reset keeps its time",
       kStops, Make<ResetKeepsTheTime>},
      {"reset_to_sooner_is_late", kTIME_3, "a timer that is reset to sooner fires at its old time",
       "timers_reset_to_sooner", Make<ResetToSoonerIsLate>},
      {"fires_twice", kTIME_7, "what a timer runs is run twice", kStops, Make<FiresTwice>},
      {"fires_early", kTIME_1, "a timer fires after nine tenths of its time", kStops,
       Make<FiresEarly>},
      {"lost_with_few_processors", kTIME_5,
       "a timer set while there is one P does not fire in time", kProcs,
       Make<LostWithFewProcessors>},
  };
  return mutants;
}

const TimerMutant* FindTimerMutant(std::string_view name) {
  const std::span<const TimerMutant> mutants = TimerMutants();
  const auto found = std::ranges::find(mutants, name, &TimerMutant::name);
  return found == mutants.end() ? nullptr : &*found;
}

}  // namespace proctor
