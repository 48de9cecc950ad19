#include "conformance/observer/decoder.h"

#include <gtest/gtest.h>
#include <linux/futex.h>
#include <rapidcheck/gtest.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace proctor {
namespace {

constexpr pid_t kThread = 7;
constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kRestartBlock = -516;

// Feeds a decoder with the calls of a thread that lives in this very process.
class Thread {
 public:
  // `takes_ns` passes between the call's start and its end.
  Thread& Call(uint64_t number, std::vector<uint64_t> args, int64_t takes_ns, int64_t result) {
    Enter(number, std::move(args));
    now_ns_ += takes_ns;
    decoder_.OnExit(now_ns_, result);
    return *this;
  }
  Thread& Enter(uint64_t number, std::vector<uint64_t> args) {
    uint64_t all[6] = {};
    std::copy(args.begin(), args.end(), all);
    now_ns_ += kUs;
    decoder_.OnEntry(now_ns_, number, all);
    return *this;
  }
  Thread& Exit(int64_t takes_ns, int64_t result) {
    now_ns_ += takes_ns;
    decoder_.OnExit(now_ns_, result);
    return *this;
  }
  Thread& End() {
    decoder_.OnEnd(now_ns_);
    return *this;
  }

  Thread& Nanosleep(int64_t duration_ns) {
    return Call(SYS_nanosleep, {Timespec(duration_ns)}, duration_ns, 0);
  }
  Thread& Futex(uint64_t address, int64_t duration_ns, int64_t takes_ns, int64_t result) {
    return Call(SYS_futex, {address, FUTEX_WAIT_PRIVATE, 0, Timespec(duration_ns)}, takes_ns,
                result);
  }

  uint64_t Timespec(int64_t duration_ns) {
    timespec_ = {.tv_sec = duration_ns / kSecond, .tv_nsec = duration_ns % kSecond};
    return reinterpret_cast<uint64_t>(&timespec_);
  }
  uint64_t Timeval(int64_t duration_ns) {
    timeval_ = {.tv_sec = duration_ns / kSecond, .tv_usec = duration_ns % kSecond / kUs};
    return reinterpret_cast<uint64_t>(&timeval_);
  }

  int64_t now_ns() const { return now_ns_; }
  void ForgetTimers() { decoder_.ForgetTimers(); }
  const SleepPattern& pattern() const { return decoder_.pattern(); }
  const std::vector<Event>& events() const { return events_; }

  // "shallow_sleep(20000) shallow_wake(0) ..."
  std::string Text() const {
    std::string trace;
    for (const Event& event : events_) {
      trace += trace.empty() ? "" : " ";
      trace += EventKindName(event.kind);
      std::string args;
      for (const Arg arg : ArgsOf(event.kind)) {
        const ValueNames names = ArgValueNames(arg);
        if (!args.empty()) args += ",";
        args += names.empty() ? std::to_string(event.Get(arg))
                              : std::string(names[static_cast<size_t>(event.Get(arg))]);
      }
      if (!args.empty()) trace += "(" + args + ")";
    }
    return trace;
  }

 private:
  int64_t now_ns_ = 0;
  timespec timespec_{};
  timeval timeval_{};
  std::vector<Event> events_;
  Decoder decoder_{
      kThread, [this](const Event& event) { events_.push_back(event); },
      [](uint64_t address, void* to, size_t size) {
        std::memcpy(to, reinterpret_cast<void*>(address), size);
        return true;
      },
      [](int descriptor) { return descriptor == 7 ? std::optional(10 * kMs) : std::nullopt; },
      [](pid_t thread, int signal) { return thread == 8 && signal == SIGURG; }};
};

TEST(Decoder, ASleepForEverIsLongAndWhatIsNoTimeIsNoSleep) {
  Thread thread;
  timespec for_ever{.tv_sec = INT64_MAX, .tv_nsec = 999'999'999};
  timespec none{.tv_sec = 1, .tv_nsec = 1'000'000'000};
  timeval many_us{.tv_sec = 1, .tv_usec = 2'000'000};
  thread.Call(SYS_nanosleep, {reinterpret_cast<uint64_t>(&none)}, kUs, -EINVAL)
      .Call(SYS_select, {0, 0, 0, 0, reinterpret_cast<uint64_t>(&many_us)}, kUs, 0)
      .Call(SYS_nanosleep, {reinterpret_cast<uint64_t>(&for_ever)}, kUs, -EINTR);
  EXPECT_EQ(thread.Text(),
            "shallow_sleep(3000000000) shallow_wake(0) "
            "shallow_sleep(2305843009213693952) shallow_wake(1)");
}

TEST(Decoder, ReadsEveryKindOfShallowSleep) {
  Thread thread;
  thread.Nanosleep(20 * kUs);
  thread.Call(SYS_clock_nanosleep, {CLOCK_MONOTONIC, 0, thread.Timespec(40 * kUs)}, kMs, 0);
  thread.Call(SYS_pselect6, {0, 0, 0, 0, thread.Timespec(80 * kUs)}, kMs, 0);
  thread.Call(SYS_ppoll, {0, 0, thread.Timespec(90 * kUs)}, kMs, 0);
#ifdef SYS_select
  thread.Call(SYS_select, {0, 0, 0, 0, thread.Timeval(160 * kUs)}, kMs, 0);
#endif
  EXPECT_EQ(thread.Text(),
            "shallow_sleep(20000) shallow_wake(0) shallow_sleep(40000) shallow_wake(0) "
            "shallow_sleep(80000) shallow_wake(0) shallow_sleep(90000) shallow_wake(0)"
#ifdef SYS_select
            " shallow_sleep(160000) shallow_wake(0)"
#endif
  );
}

TEST(Decoder, AnAbsoluteSleepLastsFromNowOn) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  Thread thread;
  thread.Call(SYS_clock_nanosleep,
              {CLOCK_MONOTONIC, TIMER_ABSTIME, thread.Timespec((now.tv_sec + 1000) * kSecond)}, 0,
              0);
  const int64_t duration_ns = thread.events().at(0).Get(Arg::kDurationNs);
  EXPECT_LE(duration_ns, 1000 * kSecond);
  EXPECT_GT(duration_ns, 900 * kSecond);
}

TEST(Decoder, AWaitForDescriptorsIsNoSleep) {
  Thread thread;
  thread.Call(SYS_pselect6, {5, 0, 0, 0, thread.Timespec(80 * kUs)}, kMs, 0);
  EXPECT_EQ(thread.Text(), "");
}

TEST(Decoder, ASignalCutsAShallowSleepShort) {
  Thread thread;
  thread.Call(SYS_nanosleep, {thread.Timespec(10 * kMs)}, kMs, kRestartBlock);
  thread.Call(SYS_rt_sigreturn, {}, 0, -EINTR);
  EXPECT_EQ(thread.Text(), "shallow_sleep(10000000) shallow_wake(1)");
}

TEST(Decoder, ASleepThatTheKernelTakesUpAgainIsOneSleep) {
  Thread thread;
  thread.Call(SYS_nanosleep, {thread.Timespec(10 * kMs)}, kMs, kRestartBlock);
  thread.Call(SYS_restart_syscall, {}, 9 * kMs, 0);
  EXPECT_EQ(thread.Text(), "shallow_sleep(10000000) shallow_wake(0)");
  EXPECT_EQ(thread.events().back().time_ns, thread.now_ns());
}

TEST(Decoder, ADeepSleepEndsByItsTimeOutOrAWakeUp) {
  Thread thread;
  thread.Futex(64, kSecond, kSecond, -ETIMEDOUT).Nanosleep(20 * kUs);
  thread.Futex(64, kSecond, kMs, 0).Nanosleep(20 * kUs);
  thread.Futex(64, kSecond, 0, -EAGAIN).Nanosleep(20 * kUs);
  thread.Futex(64, kSecond, 2 * kSecond, 0).End();
  EXPECT_EQ(thread.Text(),
            "deep_sleep(1000000000) deep_wake(timeout) shallow_sleep(20000) shallow_wake(0) "
            "deep_sleep(1000000000) deep_wake(woken) shallow_sleep(20000) shallow_wake(0) "
            "deep_sleep(1000000000) deep_wake(woken) shallow_sleep(20000) shallow_wake(0) "
            "deep_sleep(1000000000) deep_wake(either) monitor_exit");
}

TEST(Decoder, ADeepSleepTakenUpAgainAfterASignalIsOneDeepSleep) {
  Thread thread;
  thread.Futex(64, kSecond, 300 * kMs, kRestartBlock);
  thread.Call(SYS_getpid, {}, 0, kThread);  // by the signal's handler
  thread.Call(SYS_rt_sigreturn, {}, 0, -EINTR);
  thread.Futex(64, 699 * kMs, 699 * kMs, -ETIMEDOUT);
  const int64_t woke_ns = thread.now_ns();
  thread.Nanosleep(20 * kUs);
  EXPECT_EQ(thread.Text(),
            "deep_sleep(1000000000) deep_wake(timeout) shallow_sleep(20000) shallow_wake(0)");
  EXPECT_EQ(thread.events().at(1).time_ns, woke_ns);
}

TEST(Decoder, ASpuriousWakeUpDoesNotEndADeepSleep) {
  Thread thread;
  thread.Futex(64, kSecond, 300 * kMs, 0).Futex(64, 699 * kMs, kMs, 0).Nanosleep(20 * kUs);
  EXPECT_EQ(thread.Text(),
            "deep_sleep(1000000000) deep_wake(woken) shallow_sleep(20000) shallow_wake(0)");
}

TEST(Decoder, TwoDeepSleepsInARowAreTwo) {
  Thread longer;  // than what is left of the first
  longer.Futex(64, kSecond, 300 * kMs, 0).Futex(64, 701 * kMs, kMs, 0).End();
  Thread elsewhere;
  elsewhere.Futex(64, kSecond, 300 * kMs, 0).Futex(128, 500 * kMs, kMs, 0).End();
  EXPECT_EQ(longer.Text(),
            "deep_sleep(1000000000) deep_wake(woken) deep_sleep(701000000) deep_wake(woken) "
            "monitor_exit");
  EXPECT_EQ(elsewhere.Text(),
            "deep_sleep(1000000000) deep_wake(woken) deep_sleep(500000000) deep_wake(woken) "
            "monitor_exit");
}

TEST(Decoder, TheInterceptorsPiecesAreOneDeepSleep) {
  Thread thread;
  for (int i = 0; i < 3; ++i) thread.Futex(64, 10 * kMs, 10 * kMs, -ETIMEDOUT);
  thread.Futex(64, 4 * kMs, 4 * kMs, -ETIMEDOUT);
  const int64_t woke_ns = thread.now_ns();
  thread.End();
  EXPECT_EQ(thread.Text(), "deep_sleep(10000000) deep_wake(timeout) monitor_exit");
  EXPECT_EQ(thread.events().at(1).time_ns, woke_ns);
}

TEST(Decoder, AWaitForALockIsNoSleep) {
  Thread thread;
  thread.Call(SYS_futex, {64, FUTEX_WAIT_PRIVATE, 2, 0}, kMs, 0);
  thread.Call(SYS_futex, {64, FUTEX_WAKE_PRIVATE, 1, thread.Timespec(kSecond)}, 0, 1);
  EXPECT_EQ(thread.Text(), "thread_wake");
}

TEST(Decoder, TellsDuties) {
  Thread thread;
  const std::string line = "SCHED 12ms: gomaxprocs=2";
  const auto text = reinterpret_cast<uint64_t>(line.data());
  thread.Call(SYS_epoll_pwait, {3, 0, 128, 0}, 0, 2);
  thread.Call(SYS_epoll_pwait, {3, 0, 128, static_cast<uint64_t>(-1)}, 0, -EINTR);
  thread.Call(SYS_tgkill, {1, 9, SIGURG}, 0, 0);
  thread.Call(SYS_tgkill, {1, 9, 0}, 0, 0);
  thread.Call(SYS_tkill, {9, SIGURG}, 0, 0);
  thread.Call(SYS_sched_getaffinity, {0}, 0, 8);
  thread.Call(SYS_write, {2, text, line.size()}, 0, 24);
  thread.Call(SYS_write, {1, text, line.size()}, 0, 24);          // not standard error
  thread.Call(SYS_write, {2, text + 6, line.size() - 6}, 0, 18);  // a later piece of the line
  EXPECT_EQ(thread.Text(),
            "poll(0,2) poll(-1,-1) preempt_signal(9,23) preempt_signal(9,23) affinity_read "
            "trace_line(0)");
}

TEST(Decoder, ASignalThatIsOnItsWayIsNoted) {
  Thread thread;
  thread.Call(SYS_tgkill, {1, 8, SIGUSR1}, 0, 0).Call(SYS_tgkill, {1, 8, SIGURG}, 0, 0);
  EXPECT_EQ(thread.Text(), "preempt_signal(8,10) signal_pending(8) preempt_signal(8,23)");
}

TEST(Decoder, WhoReportsAFatalErrorIsNoMonitorAnyMore) {
  Thread thread;
  const std::string report = "fatal error: ";
  const auto text = reinterpret_cast<uint64_t>(report.data());
  thread.Nanosleep(20 * kUs).Call(SYS_write, {2, text, report.size()}, 0, 13);
  thread.Nanosleep(kMs).End();
  EXPECT_EQ(thread.Text(), "shallow_sleep(20000) shallow_wake(0) gap(-1)");
}

TEST(Decoder, KeepsThePatternOfTheSleeps) {
  Thread thread;
  for (int i = 0; i < 9; ++i) thread.Nanosleep(20 * kUs);
  thread.Futex(64, kSecond, kSecond, -ETIMEDOUT);
  EXPECT_FALSE(thread.pattern().BeginsLikeAMonitor());
  thread.Nanosleep(20 * kUs);
  EXPECT_TRUE(thread.pattern().BeginsLikeAMonitor());
  EXPECT_FALSE(thread.pattern().DoublesLikeAMonitor());
  thread.Nanosleep(40 * kUs);
  EXPECT_TRUE(thread.pattern().DoublesLikeAMonitor());
}

TEST(Decoder, ReadingATimerIsASleepUntilThatIsOfNoInterest) {
  Thread thread;
  thread.Call(SYS_read, {7, 0, 8}, 10 * kMs, 8);  // a timer, says the test's descriptor 7
  thread.Call(SYS_read, {8, 0, 8}, 0, 8);
  thread.ForgetTimers();
  thread.Call(SYS_read, {7, 0, 8}, 10 * kMs, 8);
  EXPECT_EQ(thread.Text(), "shallow_sleep(10000000) shallow_wake(0)");
}

RC_GTEST_PROP(Decoder, TimesNeverGoBackAndSleepsAndWakesAlternate, ()) {
  Thread thread;
  const auto calls = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6));
  for (const int call : calls) {
    const auto duration_ns = *rc::gen::inRange<int64_t>(1, kSecond);
    const auto result = *rc::gen::element<int64_t>(0, -EINTR, -ETIMEDOUT, -EAGAIN, kRestartBlock);
    switch (call) {
      case 0:
        thread.Call(SYS_nanosleep, {thread.Timespec(duration_ns)}, 5, result);
        break;
      case 1:
        thread.Futex(64, duration_ns, duration_ns / 2, result);
        break;
      case 2:
        thread.Call(SYS_rt_sigreturn, {}, 0, 0);
        break;
      case 3:
        thread.Call(SYS_restart_syscall, {}, duration_ns, result);
        break;
      case 4:
        thread.Call(SYS_epoll_pwait, {3, 0, 128, 0}, 1, 0);
        break;
      default:
        thread.Call(SYS_tgkill, {1, 9, SIGURG}, 1, 0);
        break;
    }
  }
  thread.End();
  int64_t last_ns = 0;
  bool asleep = false;
  for (const Event& event : thread.events()) {
    RC_ASSERT(event.time_ns >= last_ns);
    last_ns = event.time_ns;
    if (event.kind == EventKind::kShallowSleep || event.kind == EventKind::kDeepSleep) {
      RC_ASSERT(!asleep);
      asleep = true;
    } else if (event.kind == EventKind::kShallowWake || event.kind == EventKind::kDeepWake) {
      RC_ASSERT(asleep);
      asleep = false;
    } else if (event.kind != EventKind::kMonitorExit) {
      RC_ASSERT(!asleep);
    }
  }
}

}  // namespace
}  // namespace proctor
