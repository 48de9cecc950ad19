#include "conformance/observer/observer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <map>
#include <mutex>
#include <vector>

#include "conformance/observer/cadence_picture.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kPatienceNs = 60'000'000'000;

struct Observed {
  int status = -1;
  std::string error;
  std::vector<Event> events;
  pid_t monitor = 0;
  Observer::Usage usage;

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

// Runs the command under observation from its first instruction to its end.
Observed ObserveFromStart(std::vector<std::string> argv) {
  Observed observed;
  std::mutex mutex;
  std::string why;
  auto process = Process::Spawn({.argv = std::move(argv), .gated = true}, why);
  EXPECT_TRUE(process) << why;
  auto observer = Observer::Start(
      {.pid = process->pid(), .from_start = true},
      [&](const Event& event) {
        const std::lock_guard lock(mutex);
        observed.events.push_back(event);
      },
      why);
  EXPECT_TRUE(observer) << why;
  if (!observer) return observed;
  process->Release();
  observed.status = process->Wait(MonotonicNowNs() + kPatienceNs).value_or(-1);
  observer->Stop();
  observed.error = observer->error();
  observed.monitor = observer->monitor();
  observed.usage = observer->usage();
  return observed;
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
  const Observed observed = ObserveFromStart({GetParam(), "7", "500"});
  EXPECT_EQ(observed.status, 7);
  EXPECT_EQ(observed.error, "");
  ASSERT_FALSE(observed.events.empty());
  EXPECT_EQ(observed.events.front().kind, EventKind::kMonitorStart);
  EXPECT_EQ(observed.events.back().kind, EventKind::kMonitorExit);
  EXPECT_EQ(observed.Count(EventKind::kSecondMonitor), 0);
  EXPECT_EQ(observed.Count(EventKind::kGap), 0);
  ExpectTimesInOrder(observed.events);

  const std::vector<int64_t> shallow = observed.Durations(EventKind::kShallowSleep);
  ASSERT_GT(shallow.size(), 51u);
  for (size_t i = 0; i < 51; ++i) EXPECT_EQ(shallow[i], 20'000) << i;
  for (const int64_t duration_ns : shallow) EXPECT_LE(duration_ns, 10'000'000);
  EXPECT_GT(observed.Count(EventKind::kDeepSleep), 0);
  EXPECT_EQ(observed.Count(EventKind::kDeepSleep), observed.Count(EventKind::kDeepWake));
  EXPECT_GT(observed.usage.elapsed_ns, 0);
  EXPECT_NE(CadencePicture(observed.events, observed.usage).find("x 20 us"), std::string::npos);
}

TEST_P(ObserverOn, FollowsAWrapper) {
  const Observed observed =
      ObserveFromStart({"/bin/sh", "-c", std::string(GetParam()) + " 5 200; exit $?"});
  EXPECT_EQ(observed.status, 5);
  EXPECT_EQ(observed.error, "");
  EXPECT_GT(observed.Count(EventKind::kShallowSleep), 20);
}

TEST_P(ObserverOn, AttachesAndLeavesTheProcessAsItWas) {
  std::string why;
  auto process = Process::Spawn({.argv = {GetParam(), "9", "3000"}}, why);
  ASSERT_TRUE(process) << why;
  std::vector<Event> events;
  std::mutex mutex;
  auto observer = Observer::Start(
      {.pid = process->pid()},
      [&](const Event& event) {
        const std::lock_guard lock(mutex);
        events.push_back(event);
      },
      why);
  ASSERT_TRUE(observer) << why;
  const auto enough = [&] {
    const std::lock_guard lock(mutex);
    return events.size() > 100 || process->Wait(0).has_value();
  };
  while (!enough()) {
  }
  observer->Stop();
  EXPECT_EQ(FieldOf(process->pid(), "TracerPid:"), "\t0");
  EXPECT_EQ(FieldOf(observer->monitor(), "TracerPid:"), "\t0");
  EXPECT_EQ(process->Wait(MonotonicNowNs() + kPatienceNs), 9);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.front().kind, EventKind::kGap);
  ExpectTimesInOrder(events);
}

TEST_P(ObserverOn, AStoppedProcessStaysStoppedUntilItIsContinued) {
  std::string why;
  auto process = Process::Spawn({.argv = {GetParam(), "4", "600"}, .gated = true}, why);
  ASSERT_TRUE(process) << why;
  std::atomic<int64_t> seen = 0;
  auto observer = Observer::Start(
      {.pid = process->pid(), .from_start = true}, [&](const Event&) { ++seen; }, why);
  ASSERT_TRUE(observer) << why;
  process->Release();
  while (seen < 60) {
  }
  process->Signal(SIGSTOP);
  // "T (stopped)", or "t (tracing stop)" as long as the leader is traced as well.
  while (FieldOf(process->pid(), "State:").find_first_of("Tt") != 1) {
  }
  process->Signal(SIGCONT);
  EXPECT_EQ(process->Wait(MonotonicNowNs() + kPatienceNs), 4);
  observer->Stop();
  EXPECT_EQ(observer->error(), "");
}

INSTANTIATE_TEST_SUITE_P(Compilers, ObserverOn, testing::ValuesIn(kWorkloads),
                         [](const auto& info) { return info.index == 0 ? "go" : "gccgo"; });

TEST(Observer, AProcessWithoutAMonitorIsNamed) {
  const Observed observed = ObserveFromStart({"/bin/true"});
  EXPECT_EQ(observed.status, 0);
  EXPECT_NE(observed.error.find("ended before it showed a monitor"), std::string::npos);

  std::string why;
  auto process = Process::Spawn({.argv = {"/bin/sleep", "1000"}}, why);
  ASSERT_TRUE(process) << why;
  const auto ignore = [](const Event&) {};
  EXPECT_FALSE(
      Observer::Start({.pid = process->pid(), .find_deadline_ns = 50'000'000}, ignore, why));
  EXPECT_NE(why.find("shows no monitor"), std::string::npos) << why;
}

TEST(Observer, ADeadProcessIsNamed) {
  std::string why;
  auto process = Process::Spawn({.argv = {"/bin/true"}}, why);
  ASSERT_TRUE(process) << why;
  const pid_t pid = process->pid();
  process.reset();
  EXPECT_FALSE(Observer::Start({.pid = pid}, [](const Event&) {}, why));
  EXPECT_EQ(why, "process " + std::to_string(pid) + " is not there");
}

}  // namespace
}  // namespace proctor
