// A program with a thread that behaves like a monitor, in the ways that a test asks for:
//
//   fake_monitor calls STATUS     ten short sleeps and then one call of every kind, once
//   fake_monitor signals STATUS   short and deep sleeps, all of them hit by signals
//   fake_monitor deep STATUS      one long deep sleep, until SIGTERM
//   fake_monitor forever STATUS   short sleeps, until it is killed
//   fake_monitor two STATUS       two such threads, that double their sleeps
//   fake_monitor naps STATUS      one such thread, and two of a library that nap
//   fake_monitor ticks STATUS     a thread that reads a timer of 10 ms, until it is killed
//   fake_monitor selects STATUS   sleeps of 90 ms by pselect, until it is killed
//   fake_monitor threads STATUS   some thousand threads, one after another, that do nothing
//   fake_monitor exec STATUS      a few short sleeps, then it runs itself anew, and the first
//                                 thread makes the calls
//   fake_monitor exec_by_thread STATUS   another thread than the first runs it anew, as "threads"
//
// It ends with STATUS where all went as it should. The calls are made directly: the C library would
// make others of some of them.

#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <thread>

namespace {

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;

std::atomic<int> handled = 0;
std::atomic<pid_t> monitor = 0;
std::atomic<uint32_t> note = 0;  // the kernel reads its 32 bits

timespec Timespec(int64_t ns) { return {.tv_sec = ns / kSecond, .tv_nsec = ns % kSecond}; }

int64_t NowNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

void Nanosleep(int64_t duration_ns) {
  const timespec duration = Timespec(duration_ns);
  syscall(SYS_nanosleep, &duration, nullptr);
}

void FutexWait(int64_t duration_ns) {
  const timespec duration = Timespec(duration_ns);
  syscall(SYS_futex, &note, FUTEX_WAIT_PRIVATE, 0, &duration, nullptr, 0);
}

// As a note with a time-out is slept on: taken up again with what is left until the note is set.
void DeepSleep(int64_t duration_ns) {
  const int64_t deadline_ns = NowNs() + duration_ns;
  int64_t left_ns = duration_ns;
  while (note == 0 && left_ns > 0) {
    FutexWait(left_ns);
    left_ns = deadline_ns - NowNs();
  }
  note = 0;
}

void Wake() {
  note = 1;
  syscall(SYS_futex, &note, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void ShortSleeps(int count) {
  for (int i = 0; i < count; ++i) Nanosleep(20 * kUs);
}

void CallEverything() {
  ShortSleeps(10);
  const timespec relative = Timespec(30 * kUs);
  syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &relative, nullptr);
  const timespec absolute = Timespec(NowNs() + 30 * kUs);
  syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &absolute, nullptr);
  timespec changed = relative;
  syscall(SYS_pselect6, 0, nullptr, nullptr, nullptr, &changed, nullptr);
  FutexWait(kMs);
  Nanosleep(20 * kUs);
  note = 1;
  FutexWait(kMs);
  timespec zero{};
  syscall(SYS_epoll_pwait2, -1, nullptr, 1, &zero, nullptr, 0);
  syscall(SYS_tgkill, getpid(), getpid(), SIGURG);
  uint64_t cpus[16];
  syscall(SYS_sched_getaffinity, 0, sizeof cpus, cpus);
  if (write(STDERR_FILENO, "SCHED 0ms: this is a test\n", 26) < 0) std::exit(1);
  std::thread([] {}).join();
}

// Every signal is sent once its predecessor has been handled, so none is merged with another.
void SendSignals(int count) {
  for (int i = 1; i <= count; ++i) {
    syscall(SYS_tgkill, getpid(), monitor.load(), SIGUSR1);
    while (handled < i) Nanosleep(5 * kMs);
  }
}

void Ticks() {
  const int timer = static_cast<int>(syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0));
  const itimerspec every{.it_interval = Timespec(10 * kMs), .it_value = Timespec(10 * kMs)};
  syscall(SYS_timerfd_settime, timer, 0, &every, nullptr);
  std::thread([timer] {
    uint64_t fired;
    while (read(timer, &fired, sizeof fired) > 0) {
    }
  }).join();
}

void StartThreads() {
  for (int i = 0; i < 3000; ++i) std::thread([] {}).join();
}

void Selects() {
  while (true) {
    timespec left = Timespec(90 * kMs);  // the kernel writes what is left
    syscall(SYS_pselect6, 0, nullptr, nullptr, nullptr, &left, nullptr);
  }
}

int Signals(int status) {
  constexpr int kCount = 60;
  struct sigaction action{};
  action.sa_handler = [](int) { ++handled; };
  sigaction(SIGUSR1, &action, nullptr);
  std::thread thread([] {
    monitor = static_cast<pid_t>(syscall(SYS_gettid));
    ShortSleeps(20);
    while (handled < kCount / 2) Nanosleep(10 * kMs);
    DeepSleep(60 * kSecond);
    ShortSleeps(1);
  });
  while (monitor == 0) Nanosleep(5 * kMs);
  SendSignals(kCount);
  Wake();
  thread.join();
  return handled == kCount ? status : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  const std::string mode = argv[1];
  const int status = std::atoi(argv[2]);
  if (mode == "calls") {
    std::thread(CallEverything).join();
  } else if (mode == "signals") {
    return Signals(status);
  } else if (mode == "deep") {
    std::thread([] { DeepSleep(600 * kSecond); }).join();
  } else if (mode == "forever") {
    std::thread([] {
      while (true) ShortSleeps(1);
    }).join();
  } else if (mode == "two") {
    std::barrier together(2);
    const auto sleep_in_step = [&together] {
      for (int i = 0; i < 200; ++i) {
        Nanosleep(i % 50 < 20 ? 20 * kUs : 40 * kUs);
        together.arrive_and_wait();
      }
    };
    std::thread other(sleep_in_step);
    std::thread(sleep_in_step).join();
    other.join();
  } else if (mode == "naps") {
    std::atomic<bool> ended = false;
    std::barrier together(3);
    const auto nap = [&](int64_t duration_ns) {
      Nanosleep(duration_ns);
      together.arrive_and_wait();
      while (!ended) Nanosleep(duration_ns);
    };
    std::thread half(nap, 500 * kUs);
    std::thread tenth(nap, 100 * kUs);
    std::thread([&] {
      together.arrive_and_wait();
      for (int i = 0; i < 200; ++i) Nanosleep(i % 50 < 20 ? 20 * kUs : 40 * kUs);
    }).join();
    ended = true;
    half.join();
    tenth.join();
  } else if (mode == "ticks") {
    Ticks();
  } else if (mode == "selects") {
    Selects();
  } else if (mode == "threads") {
    StartThreads();
  } else if (mode == "exec_by_thread") {
    std::thread([&] { execl(argv[0], argv[0], "threads", argv[2], nullptr); }).join();
  } else if (mode == "exec") {
    ShortSleeps(5);
    std::thread(Nanosleep, 600 * kSecond).detach();
    execl(argv[0], argv[0], "calls_at_once", argv[2], nullptr);
    return 1;
  } else if (mode == "calls_at_once") {
    CallEverything();
  }
  return status;
}
