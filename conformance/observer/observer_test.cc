#include "conformance/observer/observer.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/base/mutex.h"
#include "conformance/observer/cadence_picture.h"
#include "conformance/observer/monitor_search.h"
#include "conformance/observer/proc_files.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kWaitAtMostNs = 60'000'000'000;

struct Observed {
  int status = -1;
  std::string error;
  std::vector<Event> events;
  pid_t monitor = 0;
  Observer::Usage usage;
  Observer::Found found;

  int64_t Count(EventKind kind) const {
    return std::ranges::count_if(events, [&](const Event& event) { return event.kind == kind; });
  }
  std::vector<int64_t> Durations(EventKind kind) const {
    std::vector<int64_t> durations;
    for (const Event& event : events) {
      if (event.kind == kind) durations.push_back(event.Get(Arg::kDurationNs));
    }
    return durations;
  }
};

// Observes a process and keeps its events.
class Observation {
 public:
  static constexpr auto kUser = MonitorDeclaration::By::kUser;

  // From its first instruction.
  static Observation OfCommand(std::vector<std::string> argv, MonitorDeclaration::By by = kUser) {
    Observation observation;
    std::string error;
    observation.process_ = Process::Spawn({.argv = std::move(argv), .gated = true}, error);
    EXPECT_TRUE(observation.process_) << error;
    observation.Begin(
        {.pid = observation.process_->pid(), .from_start = true, .declaration = {.by = by}});
    observation.process_->Release();
    return observation;
  }

  // Of a running process.
  static Observation OfProcess(pid_t pid, MonitorDeclaration::By by = kUser) {
    Observation observation;
    observation.Begin({.pid = pid, .declaration = {.by = by}});
    return observation;
  }

  Process& process() { return *process_; }
  Observer* observer() { return observer_.get(); }
  const std::string& error() const { return error_; }

  // Until `count` events have come.
  void WaitFor(size_t count) {
    const MutexLock lock(kept_->mutex);
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::nanoseconds(kWaitAtMostNs);
    while (kept_->events.size() < count) {
      ASSERT_EQ(kept_->changed.wait_until(kept_->mutex, deadline), std::cv_status::no_timeout);
    }
  }

  size_t CountEvents() const {
    const MutexLock lock(kept_->mutex);
    return kept_->events.size();
  }

  // Until the process has ended, where it is ours; then that of the observation.
  Observed End() {
    const int status =
        process_ ? process_->Wait(MonotonicNowNs() + kWaitAtMostNs).value_or(-1) : -1;
    Observed observed = EndNow();
    observed.status = status;
    return observed;
  }

  // While the process goes on.
  Observed EndNow() {
    Observed observed;
    if (!observer_) return observed;
    observer_->Stop();
    observed.error = observer_->error();
    observed.monitor = observer_->monitor();
    observed.usage = observer_->usage();
    observed.found = observer_->found();
    const MutexLock lock(kept_->mutex);
    observed.events = kept_->events;
    return observed;
  }

 private:
  struct Kept {
    Mutex mutex;
    std::condition_variable_any changed;
    std::vector<Event> events GUARDED_BY(mutex);
  };

  void Begin(const Observer::Options& options) {
    observer_ = Observer::Start(
        options,
        [kept = kept_.get()](const Event& event) {
          // How busy the machine is shows in these.
          if (event.kind == EventKind::kStall) return;
          const MutexLock lock(kept->mutex);
          kept->events.push_back(event);
          kept->changed.notify_all();
        },
        error_);
  }

  std::unique_ptr<Kept> kept_ = std::make_unique<Kept>();
  std::string error_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Observer> observer_;
};

Observed ObserveFromStart(std::vector<std::string> argv,
                          MonitorDeclaration::By by = MonitorDeclaration::By::kUser) {
  return Observation::OfCommand(std::move(argv), by).End();
}

void ExpectTimesInOrder(const std::vector<Event>& events) {
  for (size_t i = 1; i < events.size(); ++i) EXPECT_LE(events[i - 1].time_ns, events[i].time_ns);
}

std::string FieldOf(pid_t pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(name)) return line.substr(name.size());
  }
  return "";
}

// "T (stopped)", or "t (tracing stop)" where it is traced.
void WaitUntilStopped(pid_t thread) {
  std::string state = FieldOf(thread, "State:");
  for (; state.find_first_of("Tt") != 1; state = FieldOf(thread, "State:")) {
    ASSERT_NE(state, "") << "it has ended";
    sched_yield();
  }
}

constexpr const char* kWorkloads[] = {"conformance/observer/workload_go",
                                      "conformance/observer/workload_gccgo"};

class ObserverOn : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::ifstream(GetParam(), std::ios::binary).peek() == EOF) {
      GTEST_SKIP() << "this machine has no compiler for " << GetParam();
    }
  }
};

TEST_P(ObserverOn, SeesTheWholeCadenceFromTheStart) {
  const Observed observed = ObserveFromStart({GetParam(), "7", "500", "mix"});
  EXPECT_EQ(observed.status, 7);
  EXPECT_EQ(observed.error, "");
  ASSERT_FALSE(observed.events.empty());
  EXPECT_EQ(observed.events.front().kind, EventKind::kMonitorStart);
  EXPECT_EQ(observed.events.back().kind, EventKind::kMonitorExit);
  EXPECT_EQ(observed.Count(EventKind::kSecondMonitor), 0);
  EXPECT_EQ(observed.Count(EventKind::kGap), 0);
  ExpectTimesInOrder(observed.events);

  const std::vector<int64_t> shallow = observed.Durations(EventKind::kShallowSleep);
  for (size_t i = 0; i < std::min<size_t>(51, shallow.size()); ++i) {
    EXPECT_EQ(shallow[i], 20'000) << i;
  }
  for (const int64_t duration_ns : shallow) EXPECT_LE(duration_ns, 10'000'000);
  EXPECT_GT(observed.Count(EventKind::kDeepSleep), 0);
  // A program may end while its monitor sleeps.
  const int64_t asleep =
      observed.Count(EventKind::kDeepSleep) - observed.Count(EventKind::kDeepWake);
  EXPECT_TRUE(asleep == 0 || asleep == 1) << asleep;
  EXPECT_GT(observed.usage.ended_ns, observed.usage.began_ns);
  EXPECT_NE(CadencePicture(observed.events, observed.usage).find("x 20 us"), std::string::npos);
  EXPECT_TRUE(observed.found.is_monitor);
  ASSERT_EQ(observed.found.images.size(), 1u);
  EXPECT_EQ(observed.found.image, 0u);
  const std::string& version = observed.found.images[0].version;
  EXPECT_TRUE(version.starts_with("go1.") || version.starts_with("gccgo 1")) << version;
}

TEST_P(ObserverOn, FollowsAWrapper) {
  const Observed observed =
      ObserveFromStart({"/bin/sh", "-c", std::string(GetParam()) + " 5 500 mix; exit $?"});
  EXPECT_EQ(observed.status, 5);
  EXPECT_EQ(observed.error, "");
  EXPECT_GE(observed.Count(EventKind::kShallowSleep), 10);
}

TEST_P(ObserverOn, SeesFiftyOneShortestSleepsAndThenTheDoubling) {
  // A lone spinner: nothing to sleep deeply for, and nothing to retake.
  const Observed observed = ObserveFromStart({GetParam(), "0", "700", "spin"});
  EXPECT_EQ(observed.status, 0);
  std::vector<int64_t> expected(51, 20'000);
  for (int64_t duration_ns = 40'000; duration_ns < 10'000'000; duration_ns *= 2) {
    expected.push_back(duration_ns);
  }
  expected.push_back(10'000'000);
  std::vector<int64_t> shallow = observed.Durations(EventKind::kShallowSleep);
  // Starting up may take a P from a system call, which begins the cadence anew.
  const auto last = std::ranges::find_end(shallow, expected);
  EXPECT_FALSE(last.empty()) << CadencePicture(observed.events, observed.usage);
}

TEST_P(ObserverOn, AttachesAndLeavesTheProcessAsItWas) {
  std::string error;
  const std::string ready = testing::TempDir() + "ready." + std::to_string(getpid());
  auto process = Process::Spawn(
      {.argv = {GetParam(), "9", "600000", "mix"}, .set_env = {"READY=" + ready}}, error);
  ASSERT_TRUE(process) << error;
  Observation observation = Observation::OfProcess(process->pid());
  ASSERT_TRUE(observation.observer()) << observation.error();
  observation.WaitFor(40);
  while (!std::ifstream(ready)) sched_yield();  // until then SIGTERM would end it at once
  unlink(ready.c_str());
  const Observed observed = observation.End();
  EXPECT_EQ(FieldOf(process->pid(), "TracerPid:"), "\t0");
  EXPECT_EQ(FieldOf(observed.monitor, "TracerPid:"), "\t0");
  EXPECT_EQ(FieldOf(observed.monitor, "State:").find_first_of("Tt"), std::string::npos);
  process->Signal(SIGTERM);
  EXPECT_EQ(process->Wait(MonotonicNowNs() + kWaitAtMostNs), 9);
  EXPECT_EQ(observed.events.front().kind, EventKind::kGap);
  EXPECT_EQ(observed.Count(EventKind::kGap), 1);
  ExpectTimesInOrder(observed.events);
}

TEST_P(ObserverOn, AStoppedProcessGoesOnWhenItIsContinued) {
  Observation observation = Observation::OfCommand({GetParam(), "4", "1500", "mix"});
  ASSERT_TRUE(observation.observer()) << observation.error();
  observation.WaitFor(20);
  observation.process().Signal(SIGSTOP);
  WaitUntilStopped(observation.process().pid());
  observation.process().Signal(SIGCONT);
  const Observed observed = observation.End();
  EXPECT_EQ(observed.status, 4);
  EXPECT_EQ(observed.error, "");
}

INSTANTIATE_TEST_SUITE_P(Compilers, ObserverOn, testing::ValuesIn(kWorkloads),
                         [](const auto& info) { return info.index == 0 ? "go" : "gccgo"; });

constexpr const char* kFake = "conformance/observer/fake_monitor";

std::vector<EventKind> KindsOf(const std::vector<Event>& events) {
  std::vector<EventKind> kinds;
  for (const Event& event : events) kinds.push_back(event.kind);
  return kinds;
}

// What the fake monitor does in "calls".
std::vector<EventKind> KindsOfCalls() {
  std::vector<EventKind> kinds = {EventKind::kMonitorStart};
  const auto add = [&](std::initializer_list<EventKind> more) { kinds.insert(kinds.end(), more); };
  for (int i = 0; i < 13; ++i) add({EventKind::kShallowSleep, EventKind::kShallowWake});
  add({EventKind::kDeepSleep, EventKind::kDeepWake, EventKind::kShallowSleep,
       EventKind::kShallowWake, EventKind::kDeepSleep, EventKind::kDeepWake, EventKind::kPoll,
       EventKind::kPreemptSignal, EventKind::kAffinityRead, EventKind::kTraceLine,
       EventKind::kThreadStart, EventKind::kMonitorExit});
  return kinds;
}

TEST(Observer, TellsEveryCallOfTheMonitorAndNothingElse) {
  const Observed observed = ObserveFromStart({kFake, "calls", "3"});
  EXPECT_EQ(observed.status, 3);
  EXPECT_EQ(observed.error, "");
  ASSERT_EQ(KindsOf(observed.events), KindsOfCalls());
  ExpectTimesInOrder(observed.events);
  for (const Event& event : observed.events) EXPECT_EQ(event.m, observed.monitor);
  const std::vector<int64_t> shallow = observed.Durations(EventKind::kShallowSleep);
  EXPECT_EQ(shallow[0], 20'000);
  EXPECT_EQ(shallow[10], 30'000);
  EXPECT_LE(shallow[11], 30'000) << "what is left until the absolute time";
  EXPECT_EQ(shallow[12], 30'000);
}

// Its thread is the one that lets the process's threads go on.
TEST(Observer, WhatKeepsItsOwnThreadIsAStall) {
  constexpr std::chrono::milliseconds kKept(20);
  std::string error;
  const auto process = Process::Spawn({.argv = {kFake, "two", "0"}, .gated = true}, error);
  ASSERT_TRUE(process) << error;
  std::vector<Event> events;
  const auto observer = Observer::Start(
      {.pid = process->pid(), .from_start = true, .declaration = {.by = Observation::kUser}},
      [&](const Event& event) {
        if (event.kind == EventKind::kMonitorStart) std::this_thread::sleep_for(kKept);
        events.push_back(event);
      },
      error);
  ASSERT_TRUE(observer) << error;
  process->Release();
  process->Wait(MonotonicNowNs() + kWaitAtMostNs);
  observer->Stop();
  const auto start = std::ranges::find(events, EventKind::kMonitorStart, &Event::kind);
  ASSERT_NE(start, events.end());
  const auto stall = std::find_if(start, events.end(), [&](const Event& event) {
    return event.kind == EventKind::kStall &&
           event.Get(Arg::kDurationNs) >= std::chrono::nanoseconds(kKept).count();
  });
  EXPECT_NE(stall, events.end());
}

TEST(Observer, ElapsedSleepsAreNeverShorterThanRequested) {
  const Observed observed = ObserveFromStart({kFake, "two", "0"});
  int64_t slept = 0;
  Event asleep;
  for (const Event& event : observed.events) {
    if (event.kind == EventKind::kShallowSleep) asleep = event;
    if (event.kind != EventKind::kShallowWake) continue;
    ++slept;
    EXPECT_GE(event.time_ns - asleep.time_ns, asleep.Get(Arg::kDurationNs));
  }
  EXPECT_EQ(slept, 200);
}

TEST(Observer, ASecondMonitorIsToldOnce) {
  const Observed observed = ObserveFromStart({kFake, "two", "6"});
  EXPECT_EQ(observed.status, 6);
  EXPECT_EQ(observed.Count(EventKind::kSecondMonitor), 1);
}

TEST(Observer, ThreadsThatNapBesideIt) {
  for (const auto by : {MonitorDeclaration::By::kUser, MonitorDeclaration::By::kAdapter}) {
    const Observed observed = ObserveFromStart({kFake, "naps", "6"}, by);
    EXPECT_EQ(observed.status, 6);
    EXPECT_EQ(observed.Count(EventKind::kSecondMonitor), 0);
    if (by == MonitorDeclaration::By::kUser) continue;  // then any thread that ticks may be it
    EXPECT_EQ(observed.Durations(EventKind::kShallowSleep)[0], 20'000);
  }
}

TEST(Observer, WithoutARuntimeAThreadThatTicksIsACandidateOnlyWhicheverWay) {
  for (const char* mode : {"forever", "ticks"}) {
    Observation started =
        Observation::OfCommand({kFake, mode, "0"}, MonitorDeclaration::By::kNobody);
    ASSERT_TRUE(started.observer()) << started.error();
    started.WaitFor(40);
    Observation attached =
        Observation::OfProcess(started.process().pid(), MonitorDeclaration::By::kNobody);
    EXPECT_FALSE(attached.observer()) << "the other one traces it";
    started.observer()->Stop();
    Observation again =
        Observation::OfProcess(started.process().pid(), MonitorDeclaration::By::kNobody);
    ASSERT_TRUE(again.observer()) << again.error();
    again.WaitFor(20);
    EXPECT_EQ(again.observer()->monitor(), started.observer()->monitor());
    for (Observation* way : {&started, &again}) {
      EXPECT_FALSE(way->observer()->found().is_monitor);
      EXPECT_TRUE(way->observer()->found().images.empty());
      EXPECT_EQ(way->observer()->found().program, "fake_monitor");
    }
    const Observed observed = again.EndNow();
    EXPECT_EQ(observed.Durations(EventKind::kShallowSleep)[0],
              std::string(mode) == "ticks" ? 10'000'000 : 20'000);
    started.process().Signal(SIGKILL);
  }
}

// The kernel lets a call that it was in go on, with the rest of its time as if that were asked for.
TEST(Observer, TheSleepInWhichItIsFoundIsNotTakenForAShorterOne) {
  std::string error;
  const auto process = Process::Spawn({.argv = {kFake, "selects", "0"}}, error);
  ASSERT_TRUE(process) << error;
  Observation observation = Observation::OfProcess(process->pid());
  ASSERT_TRUE(observation.observer()) << observation.error();
  observation.WaitFor(6);
  const Observed observed = observation.End();
  process->Signal(SIGKILL);
  const std::vector<int64_t> asked_ns = observed.Durations(EventKind::kShallowSleep);
  EXPECT_GE(asked_ns.size(), 2u);
  for (const int64_t duration_ns : asked_ns) EXPECT_EQ(duration_ns, 90'000'000);
}

TEST(Observer, AnAdaptersMonitorIsKnownByTheNameOfItsThreadOrNotThere) {
  Observation named =
      Observation::OfCommand({kFake, "forever", "0"}, MonitorDeclaration::By::kAdapterSoon);
  ASSERT_TRUE(named.observer()) << named.error();
  // Nothing is decided before the handshake.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(named.observer()->monitor(), 0);
  named.observer()->Declare({.by = MonitorDeclaration::By::kAdapter, .thread = "fake_monitor"});
  named.WaitFor(20);
  EXPECT_TRUE(named.observer()->found().is_monitor);
  named.process().Signal(SIGKILL);

  Observation none =
      Observation::OfCommand({kFake, "forever", "0"}, MonitorDeclaration::By::kAdapterSoon);
  none.observer()->Declare({.by = MonitorDeclaration::By::kAdapterNone});
  EXPECT_EQ(none.EndNow().error, "the adapter declares that its runtime has no monitor");
  EXPECT_EQ(FieldOf(none.process().pid(), "TracerPid:"), "\t0");
  none.process().Signal(SIGKILL);
}

TEST(Observer, AnExecDiscardsWhatWasSeenBefore) {
  const Observed observed = ObserveFromStart({kFake, "exec", "5"});
  EXPECT_EQ(observed.status, 5);
  EXPECT_EQ(KindsOf(observed.events), KindsOfCalls());
}

TEST(Observer, SignalsArePassedOnAndADeepSleepStaysOne) {
  const Observed observed = ObserveFromStart({kFake, "signals", "8"});
  EXPECT_EQ(observed.status, 8) << "a signal was lost or came twice";
  EXPECT_EQ(observed.Count(EventKind::kDeepSleep), 1);
  EXPECT_EQ(observed.Count(EventKind::kDeepWake), 1);
  const int64_t interrupted = std::ranges::count_if(observed.events, [](const Event& event) {
    return event.kind == EventKind::kShallowWake && event.Get(Arg::kInterrupted) == 1;
  });
  EXPECT_GT(interrupted, 0);
}

TEST(Observer, AStoppedMonitorStaysStopped) {
  Observation observation = Observation::OfCommand({kFake, "forever", "0"});
  ASSERT_TRUE(observation.observer()) << observation.error();
  observation.WaitFor(100);
  observation.process().Signal(SIGSTOP);
  WaitUntilStopped(observation.process().pid());
  WaitUntilStopped(observation.observer()->monitor());
  const size_t before = observation.CountEvents();
  // Long enough for a monitor that goes on to show it a hundred times. One that was in the middle
  // of a stop for its tracer still ends that call and begins the next.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(observation.CountEvents(), before + 2);
  observation.process().Signal(SIGCONT);
  observation.WaitFor(before + 100);
  observation.process().Signal(SIGKILL);
}

TEST(Observer, AProcessThatIsKilledEndsTheObservation) {
  for (const size_t events : {0, 60}) {
    Observation observation = Observation::OfCommand({kFake, "forever", "0"});
    ASSERT_TRUE(observation.observer()) << observation.error();
    observation.WaitFor(events);
    observation.process().Signal(SIGKILL);
    const Observed observed = observation.End();
    EXPECT_EQ(observed.status, 128 + SIGKILL);
    EXPECT_EQ(observed.error.empty(), observed.monitor != 0) << observed.error;
  }
}

TEST(Observer, AMonitorInDeepSleepIsFoundAgainAndAgain) {
  std::string error;
  auto process = Process::Spawn({.argv = {kFake, "deep", "0"}}, error);
  ASSERT_TRUE(process) << error;
  for (int i = 0; i < 2; ++i) {
    Observation observation = Observation::OfProcess(process->pid());
    ASSERT_TRUE(observation.observer()) << observation.error();
    observation.WaitFor(1);
    EXPECT_EQ(KindsOf(observation.End().events), std::vector{EventKind::kGap});
  }
}

TEST(Observer, AnotherTracerIsNamedAsTheHindrance) {
  std::string error;
  auto process = Process::Spawn({.argv = {kFake, "forever", "0"}}, error);
  ASSERT_TRUE(process) << error;
  Observation first = Observation::OfProcess(process->pid());
  ASSERT_TRUE(first.observer()) << first.error();
  Observation second = Observation::OfProcess(process->pid());
  EXPECT_FALSE(second.observer());
  EXPECT_NE(second.error().find("cannot be traced (Operation not permitted)"), std::string::npos)
      << second.error();
}

TEST(Observer, AMissingPermissionIsNamed) {
  constexpr uid_t kNobody = 65534;
  std::string error;
  auto process = Process::Spawn({.argv = {kFake, "forever", "0"}}, error);
  ASSERT_TRUE(process) << error;
  const pid_t child = fork();
  if (child == 0) {
    if (setresuid(kNobody, kNobody, kNobody) != 0) _exit(2);
    MonitorIdentity identity(process->pid());
    FindMonitor(process->pid(), {}, MonotonicNowNs() + kWaitAtMostNs, identity, error);
    _exit(error.find("may not be traced: run as") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "only root can become another user";
  EXPECT_EQ(status, 0);
}

TEST(Observer, StopLetsGoOfAProcessThatHasShownNoMonitor) {
  Observation observation = Observation::OfCommand({"/bin/sleep", "1000"});
  ASSERT_TRUE(observation.observer()) << observation.error();
  observation.observer()->Stop();
  EXPECT_NE(observation.observer()->error().find("was let go before it showed a monitor"),
            std::string::npos);
  EXPECT_EQ(FieldOf(observation.process().pid(), "TracerPid:"), "\t0");
  observation.process().Signal(SIGKILL);
}

TEST(Observer, AProcessWithoutAMonitorIsNamed) {
  const Observed observed = ObserveFromStart({"/bin/true"});
  EXPECT_EQ(observed.status, 0);
  EXPECT_NE(observed.error.find("ended before it showed a monitor"), std::string::npos);

  std::string error;
  auto process = Process::Spawn({.argv = {"/bin/sleep", "1000"}}, error);
  ASSERT_TRUE(process) << error;
  const auto ignore = [](const Event&) {};
  EXPECT_FALSE(
      Observer::Start({.pid = process->pid(), .find_deadline_ns = 50'000'000}, ignore, error));
  EXPECT_NE(error.find("shows no monitor: it holds no Go runtime"), std::string::npos) << error;
  process->Signal(SIGSTOP);
  while (!IsSuspended(process->pid())) std::this_thread::yield();
  EXPECT_FALSE(
      Observer::Start({.pid = process->pid(), .find_deadline_ns = 50'000'000}, ignore, error));
  EXPECT_NE(error.find("shows no monitor: it is stopped or frozen"), std::string::npos) << error;
}

TEST(Observer, ADeadProcessIsNamed) {
  std::string error;
  auto process = Process::Spawn({.argv = {"/bin/true"}}, error);
  ASSERT_TRUE(process) << error;
  const pid_t pid = process->pid();
  process.reset();
  EXPECT_FALSE(Observer::Start({.pid = pid}, [](const Event&) {}, error));
  EXPECT_EQ(error, "process " + std::to_string(pid) + " is not there");
}

}  // namespace
}  // namespace proctor
