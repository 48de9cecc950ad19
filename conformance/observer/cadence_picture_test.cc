#include "conformance/observer/cadence_picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;

class CadenceBuilder {
 public:
  CadenceBuilder& Shallow(int64_t count, int64_t duration_ns) {
    for (int64_t i = 0; i < count; ++i) {
      events_.push_back(
          MakeEvent(now_ns_, EventKind::kShallowSleep, {{Arg::kDurationNs, duration_ns}}));
      now_ns_ += duration_ns;
      events_.push_back(MakeEvent(now_ns_, EventKind::kShallowWake, {{Arg::kInterrupted, 0}}));
    }
    return *this;
  }

  CadenceBuilder& Deep(int64_t slept_ns, WakeCause cause) {
    events_.push_back(
        MakeEvent(now_ns_, EventKind::kDeepSleep, {{Arg::kDurationNs, 60'000 * kMs}}));
    now_ns_ += slept_ns;
    events_.push_back(
        MakeEvent(now_ns_, EventKind::kDeepWake, {{Arg::kCause, static_cast<int64_t>(cause)}}));
    return *this;
  }

  std::string Picture(const Observer::Usage& usage = {}) const {
    return CadencePicture(events_, usage);
  }

  const std::vector<Event>& events() const { return events_; }

  // The lines between the title and the figures.
  std::string Cadence() const {
    const std::string picture = Picture();
    const size_t start = picture.find('\n') + 1;
    return picture.substr(start, picture.find("wake-ups:") - start);
  }

 private:
  std::vector<Event> events_;
  int64_t now_ns_ = 0;
};

TEST(CadencePicture, ShowsRunsAndDeepSleeps) {
  CadenceBuilder trace;
  trace.Shallow(51, 20 * kUs).Shallow(1, 40 * kUs).Shallow(1, 80 * kUs);
  trace.Deep(1204 * kMs, WakeCause::kWoken);
  trace.Shallow(50, 20 * kUs).Shallow(1, 40 * kUs).Shallow(3, 10 * kMs);
  EXPECT_EQ(trace.Cadence(),
            "  51 x 20 us, 40 us, 80 us, deep 1.2 s (woken)\n"
            "  50 x 20 us, 40 us, 3 x 10 ms\n");
}

TEST(CadencePicture, ATimeOutGoesOnInTheSameLineAndARetakeBeginsANewOne) {
  CadenceBuilder trace;
  trace.Shallow(5, 20 * kUs).Deep(60 * kMs, WakeCause::kTimeout).Shallow(46, 20 * kUs);
  trace.Shallow(1, 40 * kUs).Deep(7 * kMs, WakeCause::kTimeout).Shallow(2, 20 * kUs);
  EXPECT_EQ(trace.Cadence(),
            "  5 x 20 us, deep 60 ms (timed out), 46 x 20 us, 40 us, deep 7 ms (timed out)\n"
            "  2 x 20 us\n");
}

TEST(CadencePicture, ADeepSleepThatLastsIsShownAsSuch) {
  CadenceBuilder trace;
  trace.Shallow(2, 20 * kUs).Deep(5 * kMs, WakeCause::kEither);
  std::vector<Event> events = {
      MakeEvent(0, EventKind::kShallowSleep, {{Arg::kDurationNs, 20 * kUs}}),
      MakeEvent(100 * kUs, EventKind::kDeepSleep, {{Arg::kDurationNs, 60'000 * kMs}}),
      MakeEvent(50 * kMs + 100 * kUs, EventKind::kMonitorExit)};
  EXPECT_EQ(trace.Cadence(), "  2 x 20 us, deep 5 ms (woken or timed out)\n");
  EXPECT_NE(CadencePicture(events, {}).find("  20 us, deep 50 ms (and still asleep)\n"),
            std::string::npos);
}

TEST(CadencePicture, WhoSleepsWhenTheObservationEndsHasSleptSoLong) {
  const std::vector<Event> events = {
      MakeEvent(0, EventKind::kShallowSleep, {{Arg::kDurationNs, 20 * kUs}}),
      MakeEvent(100 * kUs, EventKind::kDeepSleep, {{Arg::kDurationNs, 60'000 * kMs}})};
  const std::string picture = CadencePicture(events, {.monitor_cpu_ns = kMs,
                                                      .process_cpu_ns = kMs,
                                                      .began_ns = 50 * kUs,
                                                      .ended_ns = 4'000 * kMs + 100 * kUs});
  EXPECT_NE(picture.find("  20 us, deep 4 s (and still asleep)\n"
                         "wake-ups: 0.2 a second, 0.0 of them from deep sleep (1 in 4.00 s)\n"
                         "in short: little, 0.2 wake-ups a second\n"
                         "wake-ups of the whole process: 0.2 a second, all threads together\n"
                         "CPU: the monitor took 0.025 % of a core"),
            std::string::npos)
      << picture;
  EXPECT_NE(
      CadencePicture(
          {}, {.monitor_cpu_ns = 0, .process_cpu_ns = kMs, .began_ns = kMs, .ended_ns = 2 * kMs})
          .find("wake-ups: 0.0 a second, 0.0 of them from deep sleep (0 in 0.00 s)\n"
                "in short: little, 0.0 wake-ups a second\n"
                "wake-ups of the whole process: 0.0 a second, all threads together\n"
                "CPU: the monitor took 0.000 %"),
      std::string::npos);
}

TEST(CadencePicture, EqualLinesAndGroupsOfLinesAreSaidOnce) {
  CadenceBuilder equal;
  for (int i = 0; i < 9; ++i) equal.Shallow(20, 20 * kUs).Deep(30 * kMs + i, WakeCause::kWoken);
  EXPECT_EQ(equal.Cadence(), "  20 x 20 us, deep 30 ms (woken)   [9 times]\n");

  CadenceBuilder groups;
  for (int i = 0; i < 6; ++i) {
    groups.Shallow(20, 20 * kUs).Deep(30 * kMs, WakeCause::kWoken);
    groups.Shallow(51, 20 * kUs).Shallow(1, 40 * kUs).Deep(50 * kMs, WakeCause::kWoken);
  }
  EXPECT_EQ(groups.Cadence(),
            "  20 x 20 us, deep 30 ms (woken)\n"
            "  51 x 20 us, 40 us, deep 50 ms (woken)\n"
            "  [these 2 lines again, 6 times in all]\n");
}

TEST(CadencePicture, WhatRepeatsWithinALineIsSaidOnce) {
  CadenceBuilder ticker;
  ticker.Shallow(51, 20 * kUs).Shallow(1, 40 * kUs);
  for (int i = 0; i < 190; ++i) {
    ticker.Shallow(1, 10 * kMs).Deep((33 + i % 16) * kMs, WakeCause::kTimeout);
  }
  EXPECT_EQ(ticker.Cadence(),
            "  51 x 20 us, 40 us, [10 ms, deep 33 ms to 48 ms (timed out)] x 190\n");
  CadenceBuilder two;
  for (int i = 0; i < 50; ++i) {
    two.Shallow(2, 10 * kMs).Deep(30 * kMs, WakeCause::kTimeout);
    two.Shallow(1, 10 * kMs).Deep(900 * kMs, WakeCause::kTimeout);
  }
  EXPECT_EQ(two.Cadence(), "  [1-2 x 10 ms, deep 30 ms to 900 ms (timed out)] x 100\n");
}

TEST(CadencePicture, NoLineIsLongerThanAScreenIsWide) {
  CadenceBuilder climbing;
  for (int64_t duration_ns = 20 * kUs; duration_ns < 10 * kMs; duration_ns *= 2) {
    climbing.Shallow(1, duration_ns).Deep(123 * kMs, WakeCause::kTimeout);
  }
  std::istringstream lines(climbing.Picture());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 200u) << line;
}

TEST(CadencePicture, ManyLinesAreFoldedByShape) {
  CadenceBuilder trace;
  for (int i = 0; i < 500; ++i) {
    trace.Shallow(10 + i % 13, 20 * kUs).Deep((30 + i % 7) * kMs, WakeCause::kWoken);
  }
  EXPECT_EQ(trace.Cadence(), "  10-22 x 20 us, deep 30 ms to 36 ms (woken)   [500 times]\n");
}

TEST(CadencePicture, StaysShortWhateverHappens) {
  CadenceBuilder trace;
  uint64_t random = 1;
  for (int i = 0; i < 20'000; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    trace.Shallow(1 + (random >> 60), (1 + (random >> 33) % 1000) * kUs);
    if ((random >> 40) % 3 == 0) trace.Deep((random >> 20) % 1000 * kMs, WakeCause::kTimeout);
  }
  const std::string picture = trace.Picture();
  EXPECT_LE(std::ranges::count(picture, '\n'), 60);
  EXPECT_NE(picture.find("lines more"), std::string::npos);
}

TEST(CadencePicture, CountsWakeUpsAndCpuTime) {
  CadenceBuilder trace;
  trace.Shallow(99, 10 * kMs).Deep(10 * kMs, WakeCause::kWoken);
  const std::string picture = trace.Picture(
      {.monitor_cpu_ns = 5 * kMs, .process_cpu_ns = 50 * kMs, .ended_ns = 1'000 * kMs});
  EXPECT_NE(picture.find("wake-ups: 100.0 a second, 1.0 of them from deep sleep (100 in 1.00 s)\n"),
            std::string::npos)
      << picture;
  EXPECT_NE(picture.find("took 0.500 % of a core, 10.0 % of what the process took"),
            std::string::npos)
      << picture;
  EXPECT_EQ(trace.Picture().find("CPU"), std::string::npos);
}

TEST(CadencePicture, SaysWhatWakesTheMonitor) {
  CadenceBuilder ticker;
  for (int i = 0; i < 100; ++i) ticker.Shallow(1, 10 * kMs).Deep(19 * kMs, WakeCause::kTimeout);
  const std::string picture =
      ticker.Picture({.process_cpu_ns = 50 * kMs, .ended_ns = 2'900 * kMs, .other_sleeps = 90});
  EXPECT_NE(picture.find("a timer fires about every 29 ms and ends 34.5 deep sleeps a second; each "
                         "costs two wake-ups\n"),
            std::string::npos)
      << picture;
  EXPECT_NE(picture.find("\nwake-ups of the whole process: 100.0 a second"), std::string::npos)
      << picture;
  CadenceBuilder busy;
  EXPECT_NE(busy.Shallow(300, 10 * kMs)
                .Picture({.ended_ns = 3'000 * kMs})
                .find("100.0 a second are its longest shallow sleeps: a processor was busy"),
            std::string::npos);
  CadenceBuilder calls;
  for (int i = 0; i < 100; ++i) calls.Shallow(50, 20 * kUs).Deep(29 * kMs, WakeCause::kWoken);
  const std::string woken = calls.Picture({.ended_ns = 3'000 * kMs});
  EXPECT_NE(woken.find("33.3 deep sleeps a second are ended by a wake-up"), std::string::npos);
  EXPECT_NE(woken.find("1666.7 a second are its shortest sleeps"), std::string::npos) << woken;
}

TEST(CadencePicture, SaysInShortWhetherThatIsNormalAndWhoElseWakes) {
  CadenceBuilder ticker;
  for (int i = 0; i < 100; ++i) ticker.Shallow(1, 10 * kMs).Deep(19 * kMs, WakeCause::kTimeout);
  Observer::Usage usage{.ended_ns = 2'900 * kMs, .other_sleeps = 145};
  usage.threads = {{.thread = 7,
                    .name = "ser\x1bver",
                    .sleeps = 100,
                    .call = "epoll_pwait",
                    .longest_ns = 28 * kMs},
                   {.thread = 8, .name = "server", .sleeps = 45, .call = "futex"},
                   {.thread = 9, .name = "server", .sleeps = 0, .call = "read"}};
  const std::string picture = ticker.Picture(usage);
  EXPECT_NE(picture.find("in short: normal for a process with a timer of about 29 ms\n"),
            std::string::npos)
      << picture;
  EXPECT_NE(
      picture.find("  34.5 of them thread 7 (ser?ver), mostly in epoll_pwait for at most 28 ms\n"
                   "  15.5 of them thread 8 (server), mostly in futex\n"),
      std::string::npos)
      << picture;
  EXPECT_EQ(picture.find("thread 9"), std::string::npos);

  CadenceBuilder calls;
  for (int i = 0; i < 100; ++i) calls.Shallow(50, 20 * kUs).Deep(29 * kMs, WakeCause::kWoken);
  usage.ended_ns = 3'000 * kMs;
  EXPECT_NE(
      calls.Picture(usage).find("in short: much, by system calls of its tasks while everything "
                                "else is idle (read, in which thread 9 (server) was seen)"),
      std::string::npos)
      << calls.Picture(usage);
}

TEST(CadencePicture, OfAThreadThatIsNoMonitorNothingIsExplained) {
  CadenceBuilder busy;
  busy.Shallow(300, 10 * kMs);
  const std::vector<Event>& events = busy.events();
  const std::string picture =
      CadencePicture(events, {.process_cpu_ns = kMs, .ended_ns = 3'000 * kMs}, false);
  EXPECT_EQ(picture.find("processor"), std::string::npos) << picture;
  EXPECT_EQ(picture.find("monitor"), std::string::npos) << picture;
}

TEST(CadencePicture, ClaimsNoShareOfWhatTracingCosts) {
  CadenceBuilder idle;
  idle.Shallow(1, 10 * kMs);
  const std::string picture = idle.Picture({.monitor_cpu_ns = 100 * kUs,
                                            .process_cpu_ns = 100 * kUs,
                                            .ended_ns = 3'000 * kMs,
                                            .stops = 4});
  EXPECT_NE(
      picture.find("took 0.003 % of a core, and the process not more than being traced costs"),
      std::string::npos)
      << picture;
  EXPECT_EQ(picture.find("100.0 %"), std::string::npos);
}

TEST(CadencePicture, SaysWhenThereIsNothingToShow) {
  EXPECT_NE(CadenceBuilder().Picture().find("no sleep began"), std::string::npos);
}

}  // namespace
}  // namespace proctor
