#include "runtime/channel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace proctor::runtime {
namespace {

class ChannelTest : public testing::TestWithParam<int32_t> {
 protected:
  void Run(TaskFunction main) {
    Options options;
    options.procs = GetParam();
    Runtime runtime(options);
    runtime.Run(std::move(main));
  }
};

INSTANTIATE_TEST_SUITE_P(Procs, ChannelTest, testing::Values(1, 2, 8));

// On one processor: until all others wait. On several: a good chance of it.
void LetOthersWait() {
  for (int i = 0; i < 20; ++i) Yield();
}

TEST_P(ChannelTest, ValuesComeInTheOrderInWhichTheyWereSent) {
  Run([] {
    for (const size_t capacity : {0, 1, 2, 7, 1000}) {
      Channel<int> numbers(capacity);
      Go([&] {
        for (int i = 0; i < 5000; ++i) numbers.Send(i);
        numbers.Close();
      });
      int expected = 0;
      while (std::optional<int> number = numbers.Receive()) ASSERT_EQ(*number, expected++);
      EXPECT_EQ(expected, 5000) << "capacity " << capacity;
    }
  });
}

TEST_P(ChannelTest, EveryValueArrivesOnceWithManyAtBothEnds) {
  constexpr int kSenders = 50;
  constexpr int kReceivers = 30;
  constexpr int kEach = 200;
  for (const size_t capacity : {0, 1, 16}) {
    std::vector<std::atomic<int>> arrived(kSenders * kEach);
    std::atomic<bool> in_order = true;
    Run([&] {
      Channel<int> numbers(capacity);
      WaitGroup senders(kSenders);
      WaitGroup receivers(kReceivers);
      for (int s = 0; s < kSenders; ++s) {
        Go([&, s] {
          for (int i = 0; i < kEach; ++i) numbers.Send(s * kEach + i);
          senders.Done();
        });
      }
      for (int r = 0; r < kReceivers; ++r) {
        Go([&] {
          std::vector<int> last(kSenders, -1);
          while (std::optional<int> number = numbers.Receive()) {
            ++arrived[static_cast<size_t>(*number)];
            int& before = last[static_cast<size_t>(*number / kEach)];
            if (*number <= before) in_order = false;
            before = *number;
          }
          receivers.Done();
        });
      }
      senders.Wait();
      numbers.Close();
      receivers.Wait();
    });
    for (const auto& count : arrived) ASSERT_EQ(count, 1) << "capacity " << capacity;
    EXPECT_TRUE(in_order) << "values of one sender overtook one another";
  }
}

TEST_P(ChannelTest, AnUnbufferedSendWaitsForItsReceiver) {
  Run([] {
    Channel<int> numbers;
    std::atomic<bool> sent = false;
    Go([&] {
      numbers.Send(7);
      sent = true;
    });
    LetOthersWait();
    EXPECT_FALSE(sent);
    EXPECT_EQ(numbers.size(), 0u);
    EXPECT_EQ(numbers.Receive(), 7);
    while (!sent) Yield();
  });
}

TEST_P(ChannelTest, ABufferedSendWaitsOnlyWhenTheChannelIsFull) {
  Run([] {
    Channel<int> numbers(3);
    std::atomic<int> sent = 0;
    WaitGroup done(1);
    Go([&] {
      for (int i = 0; i < 5; ++i) {
        numbers.Send(i);
        ++sent;
      }
      done.Done();
    });
    while (sent < 3) Yield();
    LetOthersWait();
    EXPECT_EQ(sent, 3);
    EXPECT_EQ(numbers.size(), 3u);
    EXPECT_EQ(numbers.Receive(), 0);
    // The place that is free now is enough for the next one, without another receive.
    for (int i = 0; i < 10'000 && sent < 4; ++i) SleepFor(1'000'000);
    EXPECT_EQ(sent, 4);
    for (int i = 1; i < 5; ++i) EXPECT_EQ(numbers.Receive(), i);
    done.Wait();
  });
}

// On one processor each waits before the next one comes, so there is an order
// that can be kept.
TEST(ChannelOrderTest, WhoHasWaitedLongestIsServedFirst) {
  constexpr int kTasks = 20;
  Options one_processor;
  one_processor.procs = 1;
  Runtime(one_processor).Run([] {
    Channel<int> numbers;
    std::vector<int> got(kTasks);
    WaitGroup receivers(kTasks);
    for (int i = 0; i < kTasks; ++i) {
      Go([&, i] {
        got[static_cast<size_t>(i)] = *numbers.Receive();
        receivers.Done();
      });
      LetOthersWait();
    }
    for (int i = 0; i < kTasks; ++i) numbers.Send(i);
    receivers.Wait();
    for (int i = 0; i < kTasks; ++i) EXPECT_EQ(got[static_cast<size_t>(i)], i);

    WaitGroup senders(kTasks);
    for (int i = 0; i < kTasks; ++i) {
      Go([&, i] {
        numbers.Send(i);
        senders.Done();
      });
      LetOthersWait();
    }
    for (int i = 0; i < kTasks; ++i) EXPECT_EQ(numbers.Receive(), i);
    senders.Wait();
  });
}

TEST_P(ChannelTest, WhatIsInAClosedChannelCanBeReceived) {
  Run([] {
    Channel<int> numbers(3);
    numbers.Send(1);
    numbers.Send(2);
    numbers.Close();
    EXPECT_EQ(numbers.Receive(), 1);
    EXPECT_EQ(numbers.TryReceive(), 2);
    EXPECT_EQ(numbers.Receive(), std::nullopt);
    EXPECT_EQ(numbers.TryReceive(), std::nullopt);
  });
}

TEST_P(ChannelTest, ClosingWakesEveryReceiver) {
  Run([] {
    Channel<int> numbers(2);
    WaitGroup receivers(100);
    std::atomic<int> nothing = 0;
    for (int i = 0; i < 100; ++i) {
      Go([&] {
        if (!numbers.Receive().has_value()) ++nothing;
        receivers.Done();
      });
    }
    LetOthersWait();
    numbers.Close();
    receivers.Wait();
    EXPECT_EQ(nothing, 100);
  });
}

TEST_P(ChannelTest, ClosingThrowsInEverySenderThatWaits) {
  Run([] {
    Channel<int> numbers(1);
    numbers.Send(0);
    WaitGroup senders(100);
    std::atomic<int> thrown = 0;
    for (int i = 0; i < 100; ++i) {
      Go([&] {
        try {
          numbers.Send(1);
        } catch (const ChannelClosed&) {
          ++thrown;
        }
        senders.Done();
      });
    }
    LetOthersWait();
    numbers.Close();
    senders.Wait();
    EXPECT_EQ(thrown, 100);
    EXPECT_EQ(numbers.Receive(), 0);
    EXPECT_EQ(numbers.Receive(), std::nullopt) << "a value of a sender that was told it had failed";
  });
}

TEST_P(ChannelTest, AClosedChannelTakesNothing) {
  Run([] {
    Channel<int> numbers(1);
    numbers.Close();
    EXPECT_THROW(numbers.Send(1), ChannelClosed);
    EXPECT_THROW(numbers.TrySend(1), ChannelClosed);
    EXPECT_THROW(numbers.Close(), ChannelClosed);
    EXPECT_EQ(numbers.Receive(), std::nullopt);
  });
}

TEST_P(ChannelTest, TryNeverWaits) {
  Run([] {
    Channel<int> unbuffered;
    EXPECT_FALSE(unbuffered.TrySend(1));
    EXPECT_EQ(unbuffered.TryReceive(), std::nullopt);
    Channel<int> one(1);
    EXPECT_TRUE(one.TrySend(1));
    EXPECT_FALSE(one.TrySend(2));
    EXPECT_EQ(one.TryReceive(), 1);
    EXPECT_EQ(one.TryReceive(), std::nullopt);
  });
}

TEST_P(ChannelTest, ValuesMayBeMoveOnlyAndAreDestroyedOnce) {
  auto counted = std::make_shared<int>(0);
  Run([&] {
    Channel<std::unique_ptr<std::shared_ptr<int>>> pointers(4);
    Go([&] {
      for (int i = 0; i < 100; ++i) {
        pointers.Send(std::make_unique<std::shared_ptr<int>>(counted));
      }
      pointers.Close();
    });
    for (int i = 0; i < 97; ++i) EXPECT_EQ(*pointers.Receive().value(), counted);
    while (pointers.size() < 3) Yield();
    // Three stay behind in the channel.
  });
  EXPECT_EQ(counted.use_count(), 1);
}

// A sieve: a chain of tasks that grows while it works.
TEST_P(ChannelTest, AChainOfTasksFindsThePrimes) {
  std::vector<int> primes;
  Run([&] {
    std::vector<std::unique_ptr<Channel<int>>> links;
    links.push_back(std::make_unique<Channel<int>>());
    Go([first = links[0].get()] {
      for (int i = 2; i < 800; ++i) first->Send(i);
      first->Close();
    });
    while (std::optional<int> prime = links.back()->Receive()) {
      primes.push_back(*prime);
      Channel<int>* from = links.back().get();
      links.push_back(std::make_unique<Channel<int>>());
      Go([from, to = links.back().get(), prime = *prime] {
        while (std::optional<int> number = from->Receive()) {
          if (*number % prime != 0) to->Send(*number);
        }
        to->Close();
      });
    }
  });
  ASSERT_EQ(primes.size(), 139u);
  EXPECT_EQ(primes[0], 2);
  EXPECT_EQ(primes[100], 547);
  EXPECT_EQ(primes.back(), 797);
}

using ChannelDeathTest = ChannelTest;
INSTANTIATE_TEST_SUITE_P(Procs, ChannelDeathTest, testing::Values(2));

TEST_P(ChannelDeathTest, ClosingTwiceEndsTheProcessUnlessTheTaskCatchesIt) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(Run([] {
                 Channel<int> numbers;
                 numbers.Close();
                 numbers.Close();
               }),
               "task .*main.* threw .*close of a closed channel");
}

TEST_P(ChannelDeathTest, WaitingForAChannelThatNobodyHasIsADeadlock) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(Run([] { Channel<int>().Receive(); }), testing::ExitedWithCode(2), "deadlock");
}

TEST_P(ChannelDeathTest, OnlyTasksUseChannels) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(Channel<int>(1).Send(1), "outside of one");
}

}  // namespace
}  // namespace proctor::runtime
