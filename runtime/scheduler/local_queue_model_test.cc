// The run queue under the C++ memory model: an owner and thieves, in all orders that relacy finds.
// Covered: that each task is taken once, that what was written for it is seen by who takes it, and
// that Empty never overlooks one. Not covered: more threads, the real size of the ring.

#include "runtime/model/relacy_atomics.h"
// Above first: it defines words that it takes back.
#include "gtest/gtest.h"
#include "runtime/scheduler/local_queue.h"

namespace proctor::runtime {
namespace {

constexpr int kTasks = 4;
Task tasks[kTasks];

// What was prepared for each task, and who took it.
class Ledger {
 public:
  void Prepare(int number) {
    prepared_[number].Set(number + 1);
    taken_[number] = 0;
  }
  void Take(const Task* task) {
    if (task == nullptr) return;
    const auto number = task - tasks;
    RL_ASSERT(prepared_[number].Get() == number + 1);
    ++taken_[number];
  }
  bool EachOnce() const {
    for (const int taken : taken_) {
      if (taken != 1) return false;
    }
    return true;
  }

 private:
  RacyData<int> prepared_[kTasks];
  int taken_[kTasks] = {};
};

// The owner puts at both ends and takes; two thieves steal, one of them run-next too.
template <Fault kFault>
struct Stealing : rl::test_suite<Stealing<kFault>, 3> {
  using Queue = BasicLocalQueue<RelacyAtomics<kFault>, 4>;

  void thread(unsigned index) {
    if (index == 0) {
      Own();
    } else {
      for (int i = 0; i < 2; ++i) {
        ledger.Take(queues[0].Steal(queues[index], index == 1, nullptr, nullptr));
        Drain(queues[index]);
      }
    }
  }

  void Own() {
    for (int i = 0; i < kTasks; ++i) {
      ledger.Prepare(i);
      Task* task = &tasks[i];
      if (i % 2 == 1) task = queues[0].PutNext(task);
      if (task != nullptr) Put(task);
    }
    TakeOne(queues[0]);
  }

  void Put(Task* task) {
    TaskList half;
    while (!queues[0].HasRoom()) {
      if (queues[0].TakeHalf(half)) break;
    }
    while (Task* other = half.Pop()) ledger.Take(other);
    queues[0].Put(task);
  }

  void after() {
    for (Queue& queue : queues) Drain(queue);
    RL_ASSERT(ledger.EachOnce());
  }

  void TakeOne(Queue& queue) {
    bool inherits;
    ledger.Take(queue.Get(inherits));
  }
  void Drain(Queue& queue) {
    bool inherits;
    while (Task* task = queue.Get(inherits)) ledger.Take(task);
  }

  Queue queues[3];
  Ledger ledger;
};

// A small ring that comes round while a thief copies from it.
template <Fault kFault>
struct Wrapping : rl::test_suite<Wrapping<kFault>, 2> {
  using Queue = BasicLocalQueue<RelacyAtomics<kFault>, 2>;

  void thread(unsigned index) {
    if (index == 1) {
      for (int i = 0; i < 2; ++i) {
        ledger.Take(queue.Steal(thief, false, nullptr, nullptr));
        bool inherits;
        while (Task* task = thief.Get(inherits)) ledger.Take(task);
      }
      return;
    }
    for (int i = 0; i < kTasks; ++i) {
      ledger.Prepare(i);
      while (!queue.HasRoom()) {
        bool inherits;
        ledger.Take(queue.Get(inherits));
      }
      queue.Put(&tasks[i]);
    }
  }

  void after() {
    bool inherits;
    while (Task* task = queue.Get(inherits)) ledger.Take(task);
    RL_ASSERT(ledger.EachOnce());
  }

  Queue queue, thief;
  Ledger ledger;
};

// A task that only moves between the places of a queue is seen by who looks whether it is empty.
template <Fault kFault>
struct Looking : rl::test_suite<Looking<kFault>, 2> {
  using Queue = BasicLocalQueue<RelacyAtomics<kFault>, 2>;

  void before() { queue.PutNext(&tasks[0]); }
  void thread(unsigned index) {
    if (index == 1) {
      RL_ASSERT(!queue.Empty());
      return;
    }
    queue.Put(queue.PutNext(&tasks[1]));
    bool inherits;
    queue.Get(inherits);
  }

  Queue queue;
};

constexpr int64_t kSchedules = 100'000;

TEST(LocalQueueModel, EachTaskIsTakenOnceAndWhole) {
  const ModelResult result = CheckModel<Stealing<Fault::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(LocalQueueModel, AThiefIsNotOverwritten) {
  const ModelResult result = CheckModel<Wrapping<Fault::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(LocalQueueModel, AMovingTaskIsSeen) {
  const ModelResult result = CheckModel<Looking<Fault::kNone>>(SchedulesOr(kSchedules));
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(LocalQueueModel, SeededFaultsAreFound) {
  EXPECT_FALSE(CheckModel<Stealing<Fault::kRelaxedStores>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<Stealing<Fault::kRelaxedLoads>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<Stealing<Fault::kSplitSwaps>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<Stealing<Fault::kSplitExchanges>>(kSchedules).passed);
  EXPECT_FALSE(CheckModel<Wrapping<Fault::kRelaxedLoads>>(kSchedules).passed);
}

}  // namespace
}  // namespace proctor::runtime
