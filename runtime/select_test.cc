#include "runtime/select.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "runtime/os/linux/clock.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace proctor::runtime {
namespace {

constexpr int64_t kMs = 1'000'000;

class SelectTest : public testing::TestWithParam<int32_t> {
 protected:
  void Run(TaskFunction main) {
    Options options;
    options.procs = GetParam();
    Runtime runtime(options);
    runtime.Run(std::move(main));
  }
};

INSTANTIATE_TEST_SUITE_P(Procs, SelectTest, testing::Values(1, 2, 8));

TEST_P(SelectTest, TakesTheCaseThatIsReady) {
  Run([] {
    Channel<int> numbers(1);
    Channel<std::string> words(1);
    words.Send("hello");
    std::optional<int> number = 17;
    std::optional<std::string> word;
    Select select;
    EXPECT_EQ(select.OnReceive(numbers, number), 0);
    EXPECT_EQ(select.OnReceive(words, word), 1);
    EXPECT_EQ(select.Wait(), 1);
    EXPECT_EQ(word, "hello");
    EXPECT_EQ(number, std::nullopt);
  });
}

TEST_P(SelectTest, WaitsForTheFirstToCome) {
  Run([] {
    Channel<int> numbers;
    Channel<std::string> words;
    Go([&] {
      SleepFor(kMs);
      EXPECT_EQ(numbers.Receive(), 5);
    });
    std::optional<std::string> word;
    Select select;
    select.OnReceive(words, word);
    const int sent = select.OnSend(numbers, 5);
    EXPECT_EQ(select.Wait(), sent);
  });
}

TEST_P(SelectTest, NoTimeToWaitTakesWhatIsReady) {
  Run([] {
    Channel<int> numbers(1);
    std::optional<int> number;
    Select nothing;
    nothing.OnReceive(numbers, number);
    EXPECT_EQ(nothing.Wait(0), Select::kTimeout);
    numbers.Send(1);
    Select something;
    something.OnReceive(numbers, number);
    EXPECT_EQ(something.Wait(0), 0);
    EXPECT_EQ(number, 1);
    Select full;
    full.OnSend(numbers, 2);
    EXPECT_EQ(full.Wait(0), 0);
    Select fuller;
    fuller.OnSend(numbers, 3);
    EXPECT_EQ(fuller.Wait(0), Select::kTimeout);
    EXPECT_EQ(numbers.Receive(), 2);
  });
}

TEST_P(SelectTest, TimeEndsTheWaitAndNotBefore) {
  Run([] {
    Channel<int> numbers;
    for (const int64_t timeout_ns : {1'000L, 1 * kMs, 5 * kMs}) {
      std::optional<int> number;
      Select select;
      select.OnReceive(numbers, number);
      const int64_t begin_ns = NowNs();
      EXPECT_EQ(select.Wait(timeout_ns), Select::kTimeout);
      EXPECT_GE(NowNs() - begin_ns, timeout_ns);
    }
    // Who timed out is in no queue any more.
    EXPECT_FALSE(numbers.TrySend(1));
    Select without_cases;
    const int64_t begin_ns = NowNs();
    EXPECT_EQ(without_cases.Wait(kMs), Select::kTimeout);
    EXPECT_GE(NowNs() - begin_ns, kMs);
  });
}

TEST_P(SelectTest, AClosedChannelIsReadyToReceiveAndThrowsOnSend) {
  Run([] {
    Channel<int> numbers;
    Channel<int> other;
    numbers.Close();
    std::optional<int> number = 1;
    Select receive;
    receive.OnReceive(other, number);
    const int closed = receive.OnReceive(numbers, number);
    EXPECT_EQ(receive.Wait(), closed);
    EXPECT_EQ(number, std::nullopt);
    Select send;
    send.OnSend(numbers, 1);
    EXPECT_THROW(send.Wait(), ChannelClosed);
  });
}

TEST_P(SelectTest, ClosingWakesThoseWhoWait) {
  Run([] {
    Channel<int> in;
    Channel<int> out;
    std::atomic<int> closed_receives = 0;
    std::atomic<int> closed_sends = 0;
    WaitGroup done(40);
    for (int i = 0; i < 40; ++i) {
      Go([&, i] {
        std::optional<int> number = 1;
        Select select;
        try {
          if (i % 2 == 0) {
            select.OnReceive(out, number);
            if (select.Wait() == 0 && !number.has_value()) ++closed_receives;
          } else {
            select.OnSend(in, 1);
            select.Wait();
          }
        } catch (const ChannelClosed&) {
          ++closed_sends;
        }
        done.Done();
      });
    }
    SleepFor(kMs);
    in.Close();
    out.Close();
    done.Wait();
    EXPECT_EQ(closed_receives, 20);
    EXPECT_EQ(closed_sends, 20);
  });
}

TEST_P(SelectTest, OneChannelInSeveralCases) {
  Run([] {
    Channel<int> numbers(1);
    std::optional<int> number;
    Select select;
    const int receive = select.OnReceive(numbers, number);
    const int send = select.OnSend(numbers, 1);
    EXPECT_EQ(select.Wait(), send);
    Select again;
    ASSERT_EQ(again.OnReceive(numbers, number), receive);
    again.OnSend(numbers, 2);
    EXPECT_EQ(again.Wait(), receive);
    EXPECT_EQ(number, 1);

    // Nobody receives from himself.
    Channel<int> unbuffered;
    Select alone;
    alone.OnReceive(unbuffered, number);
    alone.OnSend(unbuffered, 3);
    EXPECT_EQ(alone.Wait(kMs), Select::kTimeout);
  });
}

// With both always ready, a fair coin lands on one side fewer than 300 times of
// 1000 with a probability below 1e-36.
TEST_P(SelectTest, NoCaseIsStarved) {
  Run([] {
    Channel<int> a(1000);
    Channel<int> b(1000);
    for (int i = 0; i < 1000; ++i) {
      a.Send(i);
      b.Send(i);
    }
    int taken[2] = {};
    for (int i = 0; i < 1000; ++i) {
      std::optional<int> number;
      Select select;
      select.OnReceive(a, number);
      select.OnReceive(b, number);
      ++taken[select.Wait()];
    }
    EXPECT_GT(taken[0], 300);
    EXPECT_GT(taken[1], 300);
  });
}

// Selects against selects on the same channels in opposite orders: every value
// arrives once, and nobody waits for somebody who waits for him.
TEST_P(SelectTest, SelectsMeetSelects) {
  constexpr int kTasks = 16;
  constexpr int kEach = 300;
  std::atomic<int64_t> sent = 0;
  std::atomic<int64_t> received = 0;
  std::atomic<int> values = 0;
  Run([&] {
    Channel<int> a;
    Channel<int> b(2);
    WaitGroup senders(kTasks);
    WaitGroup receivers(kTasks);
    for (int t = 0; t < kTasks; ++t) {
      Go([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const int value = t * kEach + i;
          Select select;
          if (t % 2 == 0) {
            select.OnSend(a, value);
            select.OnSend(b, value);
          } else {
            select.OnSend(b, value);
            select.OnSend(a, value);
          }
          ASSERT_NE(select.Wait(), Select::kTimeout);
          sent += value;
        }
        senders.Done();
      });
      Go([&, t] {
        for (int i = 0; i < kEach; ++i) {
          std::optional<int> from_a;
          std::optional<int> from_b;
          Select select;
          if (t % 3 == 0) {
            select.OnReceive(b, from_b);
            select.OnReceive(a, from_a);
          } else {
            select.OnReceive(a, from_a);
            select.OnReceive(b, from_b);
          }
          select.Wait();
          ASSERT_NE(from_a.has_value(), from_b.has_value());
          received += from_a.has_value() ? *from_a : *from_b;
          ++values;
        }
        receivers.Done();
      });
    }
    senders.Wait();
    receivers.Wait();
  });
  EXPECT_EQ(values, kTasks * kEach);
  EXPECT_EQ(sent, received);
}

// Time-outs race with values: a value is either received or still there,
// never lost.
TEST_P(SelectTest, TimeoutsLoseNothing) {
  constexpr int kValues = 2000;
  int64_t sum = 0;
  int timeouts = 0;
  Run([&] {
    Channel<int> numbers;
    Go([&] {
      for (int i = 1; i <= kValues; ++i) {
        if (i % 50 == 0) SleepFor(kMs);
        numbers.Send(i);
      }
      numbers.Close();
    });
    for (;;) {
      std::optional<int> number;
      Select select;
      select.OnReceive(numbers, number);
      if (select.Wait(15'000) == Select::kTimeout) {
        ++timeouts;
        continue;
      }
      if (!number.has_value()) break;
      sum += *number;
    }
  });
  EXPECT_EQ(sum, int64_t{kValues} * (kValues + 1) / 2);
  EXPECT_GT(timeouts, 0);
}

TEST_P(SelectTest, ManyCases) {
  Run([] {
    std::vector<std::unique_ptr<Channel<int>>> channels;
    for (int i = 0; i < 256; ++i) channels.push_back(std::make_unique<Channel<int>>());
    Go([&] { channels[200]->Send(1); });
    std::optional<int> number;
    Select select;
    for (auto& channel : channels) select.OnReceive(*channel, number);
    EXPECT_EQ(select.Wait(), 200);
    EXPECT_EQ(number, 1);
  });
}

using SelectDeathTest = SelectTest;
INSTANTIATE_TEST_SUITE_P(Procs, SelectDeathTest, testing::Values(2));

TEST_P(SelectDeathTest, WrongUsesAreNamed) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(Run([] {
                 Channel<int> channel(1);
                 Select select;
                 for (int i = 0; i < 257; ++i) select.OnSend(channel, i);
               }),
               "more than 256 cases");
  EXPECT_DEATH(Run([] {
                 Channel<int> channel(2);
                 Select select;
                 select.OnSend(channel, 1);
                 select.Wait();
                 select.Wait();
               }),
               "waits twice on one select");
  EXPECT_EXIT(Run([] { Select().Wait(); }), testing::ExitedWithCode(2), "deadlock");
}

}  // namespace
}  // namespace proctor::runtime
