// Heaps of timers against a model of them, then with threads that set, stop and run the same ones.

#include "runtime/scheduler/timer_heap.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace proctor::runtime {
namespace {

void DoNothing(void*, uint64_t) {}

// --- Against a model -------------------------------------------------------------------------

constexpr int kTimers = 60;
constexpr int kHeaps = 3;

class ModelledHeaps {
 public:
  ModelledHeaps() {
    for (int i = 0; i < kHeaps; ++i) heaps_.push_back(std::make_unique<TimerHeap>(i));
    for (size_t i = 0; i < kTimers; ++i) {
      timers_[i].function = DoNothing;
      timers_[i].argument = &timers_[i];
      timers_[i].ticket = i;
    }
  }

  void Add(size_t number, size_t heap, int64_t when_ns) {
    if (places_.contains(number)) return;
    timers_[number].when_ns = when_ns;
    const bool earliest = when_ns < Earliest(heap);
    RC_ASSERT(heaps_[heap]->Add(timers_[number]) == earliest);
    places_[number] = {heap, when_ns};
  }

  void Remove(size_t number) {
    RC_ASSERT(TimerHeap::Remove(timers_[number]) == places_.contains(number));
    places_.erase(number);
  }

  void TakeDue(size_t heap, int64_t now_ns) {
    const int64_t earliest_ns = Earliest(heap);
    TimerHeap::Fired fired;
    RC_ASSERT(heaps_[heap]->TakeDue(now_ns, fired) == (earliest_ns <= now_ns));
    if (earliest_ns > now_ns) return;
    const auto number = static_cast<size_t>(fired.ticket);
    RC_ASSERT(places_.contains(number));
    RC_ASSERT(places_[number].heap == heap);
    RC_ASSERT(places_[number].when_ns == earliest_ns);
    RC_ASSERT(fired.when_ns == earliest_ns);
    RC_ASSERT(fired.timer == &timers_[number]);
    RC_ASSERT((fired.argument == fired.timer));
    RC_ASSERT(fired.function == DoNothing);
    RC_ASSERT(fired.timer->firing.load());
    TimerHeap::Done(fired);
    RC_ASSERT(!fired.timer->firing.load());
    places_.erase(number);
  }

  void Adopt(size_t to, size_t from) {
    if (to == from) return;
    heaps_[to]->Adopt(*heaps_[from]);
    for (auto& [number, place] : places_) {
      if (place.heap == from) place.heap = to;
    }
  }

  void Check() const {
    for (size_t heap = 0; heap < kHeaps; ++heap) {
      int32_t size = 0;
      for (const auto& [number, place] : places_) size += place.heap == heap;
      RC_ASSERT(heaps_[heap]->size() == size);
      RC_ASSERT(heaps_[heap]->earliest_ns() == Earliest(heap));
    }
  }

  // Everything comes out of each heap in its order.
  void Drain() {
    for (size_t heap = 0; heap < kHeaps; ++heap) {
      while (Earliest(heap) != kNoTimer) TakeDue(heap, INT64_MAX - 1);
      TakeDue(heap, INT64_MAX - 1);
    }
  }

 private:
  struct Place {
    size_t heap;
    int64_t when_ns;
  };

  int64_t Earliest(size_t heap) const {
    int64_t earliest_ns = kNoTimer;
    for (const auto& [number, place] : places_) {
      if (place.heap == heap) earliest_ns = std::min(earliest_ns, place.when_ns);
    }
    return earliest_ns;
  }

  std::vector<std::unique_ptr<TimerHeap>> heaps_;
  std::array<Timer, kTimers> timers_;
  std::map<size_t, Place> places_;  // by number: the timers that are set
};

RC_GTEST_PROP(TimerHeap, IsAsItsModelSays, ()) {
  // Few different times, so that many are equal.
  constexpr int64_t kTimes = 40;
  ModelledHeaps heaps;
  const auto steps =
      *rc::gen::container<std::vector<uint32_t>>(400, rc::gen::arbitrary<uint32_t>());
  for (const uint32_t step : steps) {
    const size_t timer = step / 8 % kTimers;
    const size_t heap = step / 8 / kTimers % kHeaps;
    const int64_t time_ns = step / 8 / kTimers / kHeaps % kTimes;
    switch (step % 8) {
      case 6:
        heaps.TakeDue(heap, time_ns);
        break;
      case 5:
        heaps.Remove(timer);
        break;
      case 4:
        // Seldom, or there is only one heap.
        if (time_ns == 0) heaps.Adopt(heap, (heap + timer) % kHeaps);
        break;
      default:
        heaps.Add(timer, heap, time_ns);
    }
    heaps.Check();
  }
  heaps.Drain();
}

TEST(TimerHeap, EqualTimesAreNotEarlier) {
  TimerHeap heap(0);
  Timer first, second, third;
  first.when_ns = second.when_ns = 10;
  third.when_ns = 9;
  EXPECT_TRUE(heap.Add(first));
  EXPECT_FALSE(heap.Add(second));
  EXPECT_TRUE(heap.Add(third));
  for (Timer* timer : {&first, &second, &third}) EXPECT_TRUE(TimerHeap::Remove(*timer));
}

TEST(TimerHeap, SettingATimerTwiceEndsTheProcess) {
  TimerHeap heap(0);
  Timer timer;
  heap.Add(timer);
  EXPECT_DEATH(heap.Add(timer), "a timer was set twice");
  TimerHeap::Remove(timer);
}

// --- With threads ------------------------------------------------------------------------------

// A timer and what became of each time that it was set.
struct Watched {
  Timer timer;
  std::atomic<int64_t> fired{0};
  std::atomic<bool> running{false};
};

void Fire(void* argument, uint64_t) {
  auto& watched = *static_cast<Watched*>(argument);
  watched.running.store(true);
  watched.fired.fetch_add(1);
  watched.running.store(false);
}

void RunDue(TimerHeap& heap, int64_t now_ns) {
  TimerHeap::Fired fired;
  while (heap.TakeDue(now_ns, fired)) {
    fired.function(fired.argument, fired.ticket);
    TimerHeap::Done(fired);
  }
}

// Two threads run the timers of two heaps while two set and stop their own: each setting ends in
// one call or one stop, and no call lasts beyond a stop.
TEST(TimerHeap, ASetTimerFiresOnceOrIsStopped) {
  constexpr int kRounds = 20'000;
  constexpr size_t kOwn = 4;
  TimerHeap heaps[2] = {TimerHeap(0), TimerHeap(1)};
  std::vector<Watched> watched(2 * kOwn);
  std::atomic<int> setting = 2;
  std::array<int64_t, 2 * kOwn> set = {}, stopped = {};
  std::array<std::atomic<int64_t>, 2> running_after_stop = {};
  std::vector<std::thread> threads;
  for (size_t who = 0; who < 2; ++who) {
    threads.emplace_back([&, who] {
      for (int round = 0; round < kRounds; ++round) {
        const size_t number = who * kOwn + static_cast<size_t>(round) % kOwn;
        Watched& own = watched[number];
        if (TimerHeap::Remove(own.timer)) ++stopped[number];
        running_after_stop[who].fetch_add(own.running.load());
        own.timer.when_ns = round % 7;
        own.timer.function = Fire;
        own.timer.argument = &own;
        heaps[static_cast<size_t>(round) / kOwn % 2].Add(own.timer);
        ++set[number];
      }
      setting.fetch_sub(1);
    });
    threads.emplace_back([&] {
      while (setting.load() > 0) {
        RunDue(heaps[0], 3);  // the later ones stay until they are stopped
        RunDue(heaps[1], 3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t fired = 0, stops = 0;
  for (size_t i = 0; i < watched.size(); ++i) {
    if (TimerHeap::Remove(watched[i].timer)) ++stopped[i];
    EXPECT_EQ(watched[i].fired.load() + stopped[i], set[i]) << "timer " << i;
    fired += watched[i].fired.load();
    stops += stopped[i];
  }
  // Both did happen.
  EXPECT_GT(fired, 0);
  EXPECT_GT(stops, 0);
  EXPECT_EQ(running_after_stop[0].load() + running_after_stop[1].load(), 0);
  for (const TimerHeap& heap : heaps) {
    EXPECT_EQ(heap.size(), 0);
    EXPECT_EQ(heap.earliest_ns(), kNoTimer);
  }
}

// What is done to a timer that is firing waits until its function has returned.
void ExpectToWaitForTheFunction(TimerHeap& heap, Timer& timer, void (*act)(TimerHeap&, Timer&)) {
  std::atomic<bool> acting = false, acted = false;
  heap.Add(timer);
  TimerHeap::Fired fired;
  ASSERT_TRUE(heap.TakeDue(0, fired));
  std::thread actor([&] {
    acting = true;
    act(heap, timer);
    acted = true;
  });
  while (!acting.load()) std::this_thread::yield();
  bool early = false;
  for (int i = 0; i < 100; ++i) {
    std::this_thread::yield();
    early |= acted.load();
  }
  EXPECT_FALSE(early);
  TimerHeap::Done(fired);
  actor.join();
}

TEST(TimerHeap, AStopWaitsForTheFunction) {
  TimerHeap heap(0);
  Timer timer;
  ExpectToWaitForTheFunction(
      heap, timer, [](TimerHeap&, Timer& firing) { EXPECT_FALSE(TimerHeap::Remove(firing)); });
}

TEST(TimerHeap, SettingItAgainWaitsForTheFunction) {
  TimerHeap heap(0);
  Timer timer;
  ExpectToWaitForTheFunction(
      heap, timer, [](TimerHeap& again, Timer& firing) { EXPECT_TRUE(again.Add(firing)); });
  EXPECT_TRUE(TimerHeap::Remove(timer));
}

// Several see the same timer due; one takes it.
TEST(TimerHeap, OneOfSeveralTakesATimer) {
  constexpr int kRounds = 3'000;
  TimerHeap heap(0);
  Timer timer;
  std::atomic<int> taken = 0;
  std::atomic<bool> done = false;
  std::vector<std::thread> takers;
  for (int i = 0; i < 2; ++i) {
    takers.emplace_back([&] {
      TimerHeap::Fired fired;
      while (!done.load()) {
        if (!heap.TakeDue(0, fired)) {
          std::this_thread::yield();
          continue;
        }
        taken.fetch_add(1);
        TimerHeap::Done(fired);
      }
    });
  }
  for (int round = 0; round < kRounds; ++round) {
    heap.Add(timer);
    while (taken.load() == round) std::this_thread::yield();
  }
  done = true;
  for (std::thread& taker : takers) taker.join();
  EXPECT_EQ(taken.load(), kRounds);
}

}  // namespace
}  // namespace proctor::runtime
