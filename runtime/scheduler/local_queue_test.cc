// A queue against a model of it, then with an owner and thieves on threads of their own.

#include "runtime/scheduler/local_queue.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace proctor::runtime {
namespace {

// Small, so that it is full, and its places come round, within a few steps.
using SmallQueue = BasicLocalQueue<StdAtomics, 8>;

std::unique_ptr<Task[]> MakeTasks(int64_t count) {
  auto tasks = std::make_unique<Task[]>(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) tasks[static_cast<size_t>(i)].id = i;
  return tasks;
}

// A queue, and what should be in it.
template <typename Queue>
struct Modelled {
  Queue queue;
  std::deque<Task*> ring;
  Task* next = nullptr;

  void Check() const {
    RC_ASSERT(queue.Empty() == (ring.empty() && next == nullptr));
    RC_ASSERT(queue.Size() == static_cast<int32_t>(ring.size()) + (next != nullptr));
    RC_ASSERT(queue.HasRoom() == (ring.size() < Queue::kCapacity));
  }

  void Put(Task* task) {
    if (ring.size() == Queue::kCapacity) return;
    queue.Put(task);
    ring.push_back(task);
  }

  void PutNext(Task* task) {
    RC_ASSERT(queue.PutNext(task) == next);
    next = task;
  }

  void Get() {
    bool inherits = false;
    Task* const task = queue.Get(inherits);
    RC_ASSERT(inherits == (next != nullptr));
    if (next != nullptr) {
      RC_ASSERT(task == next);
      next = nullptr;
    } else if (ring.empty()) {
      RC_ASSERT(task == nullptr);
    } else {
      RC_ASSERT(task == ring.front());
      ring.pop_front();
    }
  }

  void TakeHalf() {
    TaskList half;
    const bool full = ring.size() == Queue::kCapacity;
    RC_ASSERT(queue.TakeHalf(half) == full);
    if (!full) RC_ASSERT(half.empty());
    for (uint32_t i = 0; full && i < Queue::kCapacity / 2; ++i) {
      RC_ASSERT(half.Pop() == ring.front());
      ring.pop_front();
    }
    RC_ASSERT(half.empty());
  }
};

struct Moves {
  std::vector<Task*> tasks;
  int lasts = 0;
  int nexts = 0;
};

void NoteMove(void* argument, Task* task, bool last, bool was_next) {
  auto& moves = *static_cast<Moves*>(argument);
  moves.tasks.push_back(task);
  moves.lasts += last;
  moves.nexts += was_next;
}

template <typename Queue>
void StealFrom(Modelled<Queue>& victim, Modelled<Queue>& thief, bool take_next) {
  const size_t count = victim.ring.size() - victim.ring.size() / 2;
  if (thief.ring.size() + count > Queue::kCapacity) return;
  Moves moves;
  Task* const task = victim.queue.Steal(thief.queue, take_next, NoteMove, &moves);
  std::vector<Task*> expected(victim.ring.begin(),
                              victim.ring.begin() + static_cast<ptrdiff_t>(count));
  const bool takes_next = count == 0 && take_next && victim.next != nullptr;
  if (takes_next) expected = {victim.next};
  RC_ASSERT(moves.tasks == expected);
  RC_ASSERT(moves.lasts == (expected.empty() ? 0 : 1));
  RC_ASSERT(moves.nexts == (takes_next ? 1 : 0));
  RC_ASSERT(task == (expected.empty() ? nullptr : expected.back()));
  if (takes_next) victim.next = nullptr;
  for (size_t i = 0; i < count; ++i) {
    if (i + 1 < count) thief.ring.push_back(victim.ring.front());
    victim.ring.pop_front();
  }
}

template <typename Queue>
void CheckAgainstModel() {
  Modelled<Queue> queues[2];
  const auto tasks = MakeTasks(1000);
  size_t used = 0;
  const auto steps = *rc::gen::container<std::vector<int>>(1000, rc::gen::inRange(0, 16));
  for (const int step : steps) {
    auto& own = queues[step & 1];
    auto& other = queues[1 - (step & 1)];
    switch (step >> 1) {
      case 0:
        own.PutNext(&tasks[used++]);
        break;
      case 1:
      case 2:
      case 3:
        own.Put(&tasks[used++]);
        break;
      case 4:
        own.Get();
        break;
      case 5:
        own.TakeHalf();
        break;
      default:
        StealFrom(other, own, step >> 1 == 7);
    }
    own.Check();
    other.Check();
  }
}

RC_GTEST_PROP(LocalQueue, IsAsItsModelSays, ()) { CheckAgainstModel<LocalQueue>(); }
RC_GTEST_PROP(LocalQueue, IsAsItsModelSaysWhenSmall, ()) { CheckAgainstModel<SmallQueue>(); }

TEST(LocalQueue, AFullOneGivesItsOlderHalf) {
  LocalQueue queue;
  const auto tasks = MakeTasks(LocalQueue::kCapacity);
  for (uint32_t i = 0; i < LocalQueue::kCapacity; ++i) {
    ASSERT_TRUE(queue.HasRoom());
    queue.Put(&tasks[i]);
  }
  EXPECT_FALSE(queue.HasRoom());
  TaskList half;
  ASSERT_TRUE(queue.TakeHalf(half));
  for (uint32_t i = 0; i < LocalQueue::kCapacity / 2; ++i) EXPECT_EQ(half.Pop(), &tasks[i]);
  EXPECT_TRUE(half.empty());
  EXPECT_FALSE(queue.TakeHalf(half));
  EXPECT_EQ(queue.Size(), static_cast<int32_t>(LocalQueue::kCapacity / 2));
}

// --- What the owner does while a thief waits for run-next --------------------------------------

struct InterruptedAtomics : StdAtomics {
  static inline std::function<void()> during_sleep;
  static void Sleep(int64_t) { during_sleep(); }
};
using InterruptedQueue = BasicLocalQueue<InterruptedAtomics, 8>;

TEST(LocalQueue, RunNextIsLeftToAnOwnerThatTakesItMeanwhile) {
  InterruptedQueue queue, thief;
  const auto tasks = MakeTasks(1);
  queue.PutNext(&tasks[0]);
  bool inherits = false;
  Task* taken = nullptr;
  InterruptedAtomics::during_sleep = [&] { taken = queue.Get(inherits); };
  EXPECT_EQ(queue.Steal(thief, true, nullptr, nullptr), nullptr);
  EXPECT_EQ(taken, &tasks[0]);
  EXPECT_TRUE(inherits);
  EXPECT_TRUE(queue.Empty());
}

TEST(LocalQueue, RunNextIsLeftToTwoThatHandOverToEachOther) {
  InterruptedQueue queue, thief;
  const auto tasks = MakeTasks(1);
  queue.PutNext(&tasks[0]);
  InterruptedAtomics::during_sleep = [&] {
    bool inherits;
    queue.PutNext(queue.Get(inherits));
  };
  EXPECT_EQ(queue.Steal(thief, true, nullptr, nullptr), nullptr);
  EXPECT_EQ(queue.Size(), 1);
}

TEST(LocalQueue, ATaskThatLeavesRunNextForTheRingIsStolenThere) {
  InterruptedQueue queue, thief;
  const auto tasks = MakeTasks(1);
  queue.PutNext(&tasks[0]);
  InterruptedAtomics::during_sleep = [&] {
    bool inherits;
    queue.Put(queue.Get(inherits));
  };
  EXPECT_EQ(queue.Steal(thief, true, nullptr, nullptr), &tasks[0]);
  EXPECT_TRUE(queue.Empty());
  EXPECT_TRUE(thief.Empty());
}

// --- With thieves on threads of their own ----------------------------------------------------

constexpr int64_t kTasks = 100'000;
constexpr int kThieves = 2;

// How often each task came out of a queue.
class Taken {
 public:
  void Take(const Task* task) {
    counts_[static_cast<size_t>(task->id)].fetch_add(1);
    total_.fetch_add(1);
  }
  bool All() const { return total_.load() >= kTasks; }
  // Every task once.
  void Check() const {
    EXPECT_EQ(total_.load(), kTasks);
    for (size_t i = 0; i < kTasks; ++i) ASSERT_EQ(counts_[i].load(), 1) << "task " << i;
  }

 private:
  std::vector<std::atomic<int>> counts_ = std::vector<std::atomic<int>>(kTasks);
  std::atomic<int64_t> total_{0};
};

template <typename Queue>
void TakeAllOf(Queue& queue, Taken& taken) {
  bool inherits;
  while (Task* task = queue.Get(inherits)) taken.Take(task);
}

template <typename Queue>
void PutSomewhere(Queue& queue, Task* task, Taken& taken) {
  while (!queue.HasRoom()) {
    TaskList half;
    if (queue.TakeHalf(half)) {
      while (Task* other = half.Pop()) taken.Take(other);
    }
  }
  queue.Put(task);
}

template <typename Queue>
void PutAll(Queue& queue, Task* tasks, Taken& taken) {
  for (int64_t i = 0; i < kTasks; ++i) {
    Task* task = &tasks[i];
    if (i % 3 == 0) task = queue.PutNext(task);
    if (task != nullptr) PutSomewhere(queue, task, taken);
    if (i % 5 != 0) continue;
    bool inherits;
    if (Task* own = queue.Get(inherits); own != nullptr) taken.Take(own);
  }
  TakeAllOf(queue, taken);
}

// The owner puts and takes while thieves steal, from it and from one another.
template <typename Queue>
void EveryTaskIsTakenOnce() {
  const auto tasks = MakeTasks(kTasks);
  Taken taken;
  std::vector<Queue> queues(kThieves + 1);
  std::vector<std::thread> threads;
  for (size_t thief = 1; thief <= kThieves; ++thief) {
    threads.emplace_back([&, thief] {
      while (!taken.All()) {
        for (size_t victim = 0; victim <= kThieves; ++victim) {
          if (victim == thief) continue;
          Task* const task = queues[victim].Steal(queues[thief], true, nullptr, nullptr);
          if (task != nullptr) taken.Take(task);
          TakeAllOf(queues[thief], taken);
        }
      }
    });
  }
  PutAll(queues[0], tasks.get(), taken);
  for (std::thread& thread : threads) thread.join();
  taken.Check();
  for (const Queue& queue : queues) EXPECT_TRUE(queue.Empty());
}

TEST(LocalQueue, EveryTaskIsTakenOnceWithThieves) { EveryTaskIsTakenOnce<LocalQueue>(); }
TEST(LocalQueue, EveryTaskIsTakenOnceWithThievesWhenSmall) { EveryTaskIsTakenOnce<SmallQueue>(); }

// The last look of a thread that gives up: a task that only moves between the two places of a
// queue is always seen.
TEST(LocalQueue, IsNeverEmptyWhileATaskMovesWithinIt) {
  constexpr int kMoves = 500'000;
  LocalQueue queue, other;
  const auto tasks = MakeTasks(2);
  queue.PutNext(&tasks[0]);
  std::atomic<bool> done = false;
  int64_t looks = 0, misses = 0;
  std::thread looking([&] {
    while (!done.load()) {
      misses += queue.Empty();
      ++looks;
    }
  });
  Task* other_task = &tasks[1];
  for (int i = 0; i < kMoves; ++i) {
    queue.Put(queue.PutNext(other_task));  // one next, one in the ring
    bool inherits;
    Task* const next = queue.Get(inherits);  // only in the ring
    queue.PutNext(next);
    other_task = queue.Steal(other, false, nullptr, nullptr);  // only next
  }
  done = true;
  looking.join();
  EXPECT_GT(looks, 0);
  EXPECT_EQ(misses, 0);
}

}  // namespace
}  // namespace proctor::runtime
