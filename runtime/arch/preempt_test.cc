#include "runtime/arch/preempt.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <unwind.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/arch/flow.h"
#include "runtime/arch/preempt_kernels.h"
#include "runtime/stack/overflow.h"

namespace proctor::runtime {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;
constexpr uint64_t kRounds = 20'000;  // of a kernel: some 100 us

// Two threads that run one task in turns: whenever it is preempted, the other one goes on with it.
// A third thread sends the signals, one in flight at a time.
class Rig {
 public:
  // Runs the task to its end.
  explicit Rig(std::function<void()> task) : task_(std::move(task)) {
    rig = this;
    InstallPreemption({.may_preempt = MayPreempt, .preempted = Preempted, .arrived = Arrived});
    flow_.Make(stack_.get(), stack_.get() + kStackBytes, Enter, this);
    std::thread workers[2] = {std::thread([this] { Work(0); }), std::thread([this] { Work(1); })};
    std::thread sender([this] { Send(); });
    for (std::thread& worker : workers) worker.join();
    sender.join();
    InstallPreemption({});
    flow_.Release();
    rig = nullptr;
  }

  static Rig* rig;

  // Raised: the task may not be preempted.
  std::atomic<bool> guard{false};
  std::atomic<int> signals{0};    // that arrived
  std::atomic<int> asked{0};      // of these, in preemptible code
  std::atomic<int> preempted{0};  // of these, taken
  std::set<uintptr_t> places;     // instructions at which it was; touched by the task only
  std::vector<void*> callers;     // of the first place, from within

 private:
  static void Enter(void* self) {
    auto* me = static_cast<Rig*>(self);
    me->task_();
    me->done_ = true;
    LeaveFlow(me->flow_, *me->running_on_);
  }

  static void Arrived() {
    ++rig->signals;
    rig->in_flight_ = false;
  }

  static bool MayPreempt(uintptr_t stack_pointer) {
    ++rig->asked;
    if (rig->guard) return false;
    const auto low = reinterpret_cast<uintptr_t>(rig->stack_.get());
    if (stack_pointer < low + PreemptionStackBytes() || stack_pointer > low + kStackBytes) {
      return false;
    }
    rig->stack_pointer_ = stack_pointer;
    return true;
  }

  static void Preempted() {
    ++rig->preempted;
    // Below the red zone lies the address to go back to.
    rig->places.insert(*reinterpret_cast<uintptr_t*>(rig->stack_pointer_ - 128 - 8));
    if (rig->callers.empty()) _Unwind_Backtrace(Trace, &rig->callers);
    SwitchFlow(rig->flow_, *rig->running_on_);
  }

  static _Unwind_Reason_Code Trace(_Unwind_Context* context, void* callers) {
    static_cast<std::vector<void*>*>(callers)->push_back(
        _Unwind_FindEnclosingFunction(reinterpret_cast<void*>(_Unwind_GetIP(context))));
    return _URC_NO_REASON;
  }

  void Work(int self) {
    SignalStack signal_stack;
    Flow thread;
    thread.AdoptThread();
    std::unique_lock lock(mutex_);
    while (true) {
      turned_.wait(lock, [&] { return turn_ == self || done_; });
      if (done_) return;
      running_on_ = &thread;
      tid_ = static_cast<pid_t>(syscall(SYS_gettid));
      TrampleVectors();
      SwitchFlow(thread, flow_);
      TrampleVectors();
      turn_ = 1 - self;
      turned_.notify_all();
    }
  }

  void Send() {
    uint32_t random = 1;
    while (!done_) {
      if (!in_flight_ && tid_ != 0) {
        in_flight_ = true;
        if (!SendPreemption(tid_)) in_flight_ = false;
      }
      random = random * 1664525 + 1013904223;
      // Asleep, not spinning: the two others may have to share one processor with it.
      const timespec pause = {0, static_cast<long>(random >> 18)};
      nanosleep(&pause, nullptr);
    }
  }

  std::function<void()> task_;
  std::unique_ptr<char[]> stack_{new char[kStackBytes]};
  Flow flow_;
  std::mutex mutex_;
  std::condition_variable turned_;
  int turn_ = 0;
  std::atomic<bool> done_{false};
  std::atomic<bool> in_flight_{false};
  std::atomic<pid_t> tid_{0};
  Flow* running_on_ = nullptr;
  std::atomic<uintptr_t> stack_pointer_{0};
};

Rig* Rig::rig = nullptr;

class Preempt : public testing::Test {
 protected:
  void SetUp() override {
    if (!kAsyncPreemption) GTEST_SKIP() << "preempts at polls only";
  }
};

class PreemptKernel : public testing::TestWithParam<const Kernel*> {};

std::vector<const Kernel*> Kernels() {
  std::vector<const Kernel*> all;
  for (const Kernel* kernel = kKernels; kernel->name != nullptr; ++kernel) all.push_back(kernel);
  return all;
}

// The heart of it: every register comes back as it was, whatever the instruction.
TEST_P(PreemptKernel, ComputesTheSameWhenPreempted) {
  constexpr int kPreemptions = 5'000;
  const Kernel& kernel = *GetParam();
  if (!kAsyncPreemption) GTEST_SKIP() << "preempts at polls only";
  if (!kernel.supported()) GTEST_SKIP() << "this processor has no " << kernel.name;
  const uint64_t expected = kernel.run(kRounds);
  int64_t runs = 0, wrong = 0;
  Rig rig([&] {
    while (Rig::rig->preempted < kPreemptions) {
      wrong += kernel.run(kRounds) != expected;
      ++runs;
    }
  });
  EXPECT_EQ(wrong, 0) << "of " << runs << " runs";
  EXPECT_GE(rig.preempted, kPreemptions);
  EXPECT_GE(rig.places.size(), 2u) << "the places were not random";
  std::printf("%s: %d preemptions at %zu instructions, %d signals, %lld runs\n", kernel.name,
              rig.preempted.load(), rig.places.size(), rig.signals.load(),
              static_cast<long long>(runs));
}

// There are none where nothing is preempted by signals.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PreemptKernel);
INSTANTIATE_TEST_SUITE_P(Registers, PreemptKernel, testing::ValuesIn(Kernels()),
                         [](const auto& info) {
                           std::string name = info.param->name;
                           std::erase(name, ' ');
                           return name;
                         });

TEST_F(Preempt, TouchesNothingOutsideOfPreemptibleCode) {
  Rig rig([] {
    while (Rig::rig->signals < 2'000) OrdinaryIntegers(kRounds);
  });
  EXPECT_EQ(rig.asked, 0);
  EXPECT_EQ(rig.preempted, 0);
}

TEST_F(Preempt, TakesNothingWhileAGuardIsUp) {
  Rig rig([] {
    Rig::rig->guard = true;
    while (Rig::rig->asked < 2'000) PreemptibleIntegers(kRounds);
    EXPECT_EQ(Rig::rig->preempted, 0);
    Rig::rig->guard = false;
    while (Rig::rig->preempted < 100) PreemptibleIntegers(kRounds);
  });
  EXPECT_GE(rig.preempted, 100);
}

PROCTOR_PREEMPTIBLE uint64_t SpinOnce() { return PreemptibleIntegers(kRounds); }

__attribute__((noinline)) void CallSpin() {
  while (Rig::rig->preempted < 1) SpinOnce();
  asm volatile("");  // so that the call above is not the last thing this does
}

TEST_F(Preempt, ABacktraceGoesThroughThePreemptedFrame) {
  Rig rig([] { CallSpin(); });
  bool kernel = false, caller = false;
  for (void* function : rig.callers) {
    kernel |= function == reinterpret_cast<void*>(&PreemptibleIntegers);
    caller |= function == reinterpret_cast<void*>(&CallSpin);
  }
  EXPECT_TRUE(kernel);
  EXPECT_TRUE(caller);
}

TEST_F(Preempt, ALambdaCanBePreemptible) {
  const auto spin = []() PROCTOR_PREEMPTIBLE {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < kRounds; ++i) {
      sum += i;
      asm volatile("" : "+r"(sum));
    }
    return sum;
  };
  uint64_t sum = 0;
  Rig rig([&] {
    while (Rig::rig->preempted < 100) sum = spin();
  });
  EXPECT_EQ(sum, kRounds * (kRounds - 1) / 2);
}

TEST_F(Preempt, KnowsWhichCodeIsPreemptible) {
  EXPECT_TRUE(IsPreemptibleCode(reinterpret_cast<uintptr_t>(&SpinOnce)));
  EXPECT_TRUE(IsPreemptibleCode(reinterpret_cast<uintptr_t>(&PreemptibleIntegers)));
  EXPECT_FALSE(IsPreemptibleCode(reinterpret_cast<uintptr_t>(&OrdinaryIntegers)));
  EXPECT_FALSE(IsPreemptibleCode(reinterpret_cast<uintptr_t>(&CallSpin)));
  EXPECT_FALSE(IsPreemptibleCode(reinterpret_cast<uintptr_t>(&std::memcpy)));
  EXPECT_FALSE(IsPreemptibleCode(0));
}

TEST_F(Preempt, SaysThatAThreadIsGone) {
  pid_t gone = 0;
  std::thread([&] { gone = static_cast<pid_t>(syscall(SYS_gettid)); }).join();
  // The number may be in use again only after all others were.
  while (SendPreemption(gone)) std::this_thread::yield();
  SUCCEED();
}

std::atomic<int> foreign_signals{0};

// Chaining must be in place before the first handler is, so this is a process of its own.
TEST(PreemptDeathTest, PassesSignalsOnThatItDidNotSend) {
  if (!kAsyncPreemption) GTEST_SKIP() << "preempts at polls only";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        struct sigaction action = {};
        action.sa_handler = [](int) { ++foreign_signals; };
        sigaction(SIGURG, &action, nullptr);
        static std::atomic<int> arrived;
        InstallPreemption({.may_preempt = [](uintptr_t) { return false; },
                           .preempted = [] {},
                           .arrived = [] { ++arrived; }});
        SendPreemption(static_cast<pid_t>(syscall(SYS_gettid)));
        if (foreign_signals != 0 || arrived != 1) _exit(1);
        kill(getpid(), SIGURG);
        if (foreign_signals != 1 || arrived != 1) _exit(2);
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace proctor::runtime
